"""Runs inside a Debian with QGIS, as a program of its own: does what a person does and reports.

Usage: python3 qgis_session.py <JSON>: url, username, password, layer and steps. Each step names the
editor whose layer it works on; editors read everything when they open, and never again.
"""

import json
import sys

from qgis.core import QgsApplication, QgsFeature, QgsGeometry, QgsVectorLayer


def opened(task):
    uri = " ".join(
        f"{name}='{value}'"
        for name, value in (
            ("url", task["url"]),
            ("typename", task["layer"]),
            ("version", "OGC_API_FEATURES"),
            ("username", task["username"]),
            ("password", task["password"]),
        )
    )
    layer = QgsVectorLayer(uri, task["layer"], "OAPIF")
    assert layer.isValid(), layer.error().message()
    return layer, {feature["name"]: feature.id() for feature in layer.getFeatures()}


def done(layer, ids, step):
    layer.startEditing()
    wkt = step.get("wkt")
    if step["do"] == "add":
        feature = QgsFeature(layer.fields())
        for name, value in step["values"].items():
            feature.setAttribute(name, value)
        feature.setGeometry(QgsGeometry.fromWkt(wkt))
        assert layer.addFeature(feature)
    elif step["do"] == "delete":
        assert layer.deleteFeature(ids[step["name"]])
    else:
        key = ids[step["name"]]
        if wkt:
            assert layer.changeGeometry(key, QgsGeometry.fromWkt(wkt))
        for name, value in step.get("values", {}).items():
            index = layer.fields().indexOf(name)
            assert layer.changeAttributeValue(key, index, value)
    saved = layer.commitChanges()
    errors = layer.commitErrors()
    if not saved:
        layer.rollBack()
    return {"saved": saved, "errors": errors}


def main():
    task = json.loads(sys.argv[1])
    QgsApplication.setPrefixPath("/usr", True)
    application = QgsApplication([], False)
    application.initQgis()
    editors = {name: opened(task) for name in sorted({step["as"] for step in task["steps"]})}
    layer = next(iter(editors.values()))[0]
    report = {
        "capabilities": layer.dataProvider().capabilitiesString(),
        "count": layer.featureCount(),
        "fields": {field.name(): field.typeName() for field in layer.fields()},
        "steps": [done(*editors[step["as"]], step) for step in task["steps"]],
    }
    sys.stdout.write("REPORT" + json.dumps(report) + "\n")
    sys.stdout.flush()
    application.exitQgis()


main()
