from django.db import migrations, models


def keep_texts(apps, schema_editor):
    """Problems of before are texts in one language, and are read so."""
    database = schema_editor.connection.alias
    jobs = apps.get_model('importers', 'ImportJob').objects.using(database)
    for job in jobs.exclude(problem='').only('pk', 'problem'):
        jobs.filter(pk=job.pk).update(problem_words={'detail': job.problem})


def keep_details(apps, schema_editor):
    """Back to texts: each as it read when it was kept."""
    database = schema_editor.connection.alias
    jobs = apps.get_model('importers', 'ImportJob').objects.using(database)
    for job in jobs.exclude(problem_words=None).only('pk', 'problem_words'):
        jobs.filter(pk=job.pk).update(problem=job.problem_words['detail'])


class Migration(migrations.Migration):

    dependencies = [
        ('importers', '0007_unwritten'),
    ]

    operations = [
        migrations.AddField(
            model_name='importjob',
            name='problem_words',
            field=models.JSONField(null=True),
        ),
        migrations.RunPython(keep_texts, keep_details),
        migrations.RemoveField(
            model_name='importjob',
            name='problem',
        ),
        migrations.RenameField(
            model_name='importjob',
            old_name='problem_words',
            new_name='problem',
        ),
    ]
