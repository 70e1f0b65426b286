"""All tables of this room; importing the themes registers them."""

from layers.attachment import Attachment
from layers.change_operation import ChangeComment, ChangeOperation
from layers.code_list import Code
from layers.feature import Feature, Layer, SourceFile
from layers.layer_origin import LayerOrigin
from layers.presence import Editing
from layers.raster import Raster
from layers.themes.admin_units import AdminUnit, AdminUnitLineage
from layers.themes.environment import Station
from layers.themes.infrastructure import Infrastructure
from layers.themes.land import Parcel, PlannedLandUse
from layers.themes.security import SecurityZone
from layers.themes.topography import Topography
from layers.themes.tourism import TouristSite

__all__ = [
    "AdminUnit",
    "AdminUnitLineage",
    "Attachment",
    "ChangeComment",
    "ChangeOperation",
    "Code",
    "Editing",
    "Feature",
    "Infrastructure",
    "Layer",
    "LayerOrigin",
    "Parcel",
    "PlannedLandUse",
    "Raster",
    "SecurityZone",
    "SourceFile",
    "Station",
    "Topography",
    "TouristSite",
]
