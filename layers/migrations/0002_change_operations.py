import django.contrib.gis.db.models.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('gis_core', '0002_change_set_states'),
        ('layers', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ChangeOperation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=64)),
                ('position', models.PositiveIntegerField()),
                ('kind', models.CharField(choices=[('create', 'new'), ('update', 'changed'), ('delete', 'deleted')], max_length=6)),
                ('feature_id', models.BigIntegerField(null=True)),
                ('base_version', models.IntegerField(null=True)),
                ('values', models.JSONField(default=dict)),
                ('geom', django.contrib.gis.db.models.fields.GeometryField(null=True, spatial_index=False, srid=4326)),
                ('verdict', models.CharField(blank=True, choices=[('', 'not looked at'), ('accepted', 'accepted'), ('returned', 'returned')], default='', max_length=8)),
                ('verdict_note', models.TextField(blank=True, default='')),
                ('change_set', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='operations', to='gis_core.changeset')),
                ('layer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='layers.layer')),
            ],
            options={
                'ordering': ['change_set_id', 'position'],
            },
        ),
        migrations.CreateModel(
            name='ChangeComment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('actor_name', models.CharField(max_length=150)),
                ('text', models.TextField()),
                ('place', django.contrib.gis.db.models.fields.PointField(null=True, spatial_index=False, srid=4326)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('change_set', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='comments', to='gis_core.changeset')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('operation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='layers.changeoperation')),
            ],
            options={
                'ordering': ['created_at', 'id'],
            },
        ),
        migrations.AddConstraint(
            model_name='changeoperation',
            constraint=models.UniqueConstraint(fields=('change_set', 'key'), name='operation_key_once'),
        ),
    ]
