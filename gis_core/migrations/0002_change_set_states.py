import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def _publish_what_was_written(apps, _schema_editor):
    entries = apps.get_model("gis_core", "ChangeSet").objects
    entries.filter(state="published").update(published_at=models.F("created_at"))


class Migration(migrations.Migration):

    dependencies = [
        ('gis_core', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='changeset',
            name='decided_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='changeset',
            name='decided_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='changeset',
            name='decided_by_name',
            field=models.CharField(blank=True, max_length=150),
        ),
        migrations.AddField(
            model_name='changeset',
            name='decision_note',
            field=models.TextField(blank=True, verbose_name='note of the reviewer'),
        ),
        migrations.AddField(
            model_name='changeset',
            name='publish_on',
            field=models.DateField(blank=True, null=True, verbose_name='first day on the map'),
        ),
        migrations.AddField(
            model_name='changeset',
            name='published_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='changeset',
            name='request_key',
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddField(
            model_name='changeset',
            name='revision',
            field=models.PositiveIntegerField(default=1),
        ),
        migrations.AddField(
            model_name='changeset',
            name='submitted_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='changeset',
            name='undoes',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='undone_by', to='gis_core.changeset'),
        ),
        migrations.AlterField(
            model_name='changeset',
            name='channel',
            field=models.CharField(choices=[('import', 'Import'), ('browser', 'Browser'), ('api', 'API'), ('ogc', 'OGC API (QGIS)'), ('admin', 'Administration'), ('command', 'Command line')], max_length=10),
        ),
        migrations.AlterField(
            model_name='changeset',
            name='state',
            field=models.CharField(choices=[('draft', 'Draft'), ('submitted', 'Waiting for review'), ('returned', 'Returned'), ('approved', 'Approved'), ('published', 'Published'), ('superseded', 'Undone'), ('discarded', 'Discarded')], default='published', max_length=12),
        ),
        migrations.AddIndex(
            model_name='changeset',
            index=models.Index(fields=['state', 'user'], name='gis_core_ch_state_642625_idx'),
        ),
        migrations.AddConstraint(
            model_name='changeset',
            constraint=models.UniqueConstraint(condition=models.Q(('request_key', ''), _negated=True), fields=('user', 'request_key'), name='change_set_request_once'),
        ),
        migrations.RunPython(_publish_what_was_written, migrations.RunPython.noop),
    ]
