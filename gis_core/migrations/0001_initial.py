import django.contrib.auth.models
import django.contrib.auth.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from gis_core.database_roles import public_sql


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        # Column defaults and indexes of the themes call these functions.
        migrations.RunSQL(public_sql("functions.sql"), migrations.RunSQL.noop),
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('username', models.CharField(error_messages={'unique': 'A user with that username already exists.'}, help_text='Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.', max_length=150, unique=True, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='username')),
                ('first_name', models.CharField(blank=True, max_length=150, verbose_name='first name')),
                ('last_name', models.CharField(blank=True, max_length=150, verbose_name='last name')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='email address')),
                ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'verbose_name': 'person',
                'verbose_name_plural': 'people',
            },
            managers=[
                ('objects', django.contrib.auth.models.UserManager()),
            ],
        ),
        migrations.CreateModel(
            name='ChangeSet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('reason', models.TextField(blank=True, verbose_name='reason')),
                ('decision_number', models.CharField(blank=True, max_length=80, verbose_name='decision number')),
                ('channel', models.CharField(choices=[('import', 'Import'), ('browser', 'Browser'), ('api', 'API'), ('admin', 'Administration'), ('command', 'Command line')], max_length=10)),
                ('state', models.CharField(choices=[('published', 'Published')], default='published', max_length=12)),
                ('actor_name', models.CharField(max_length=150)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='change_sets', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'change set',
                'verbose_name_plural': 'change sets',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='SignInAttempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('username', models.CharField(max_length=150)),
                ('address', models.GenericIPAddressField(null=True)),
                ('at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'indexes': [models.Index(fields=['at'], name='gis_core_si_at_f6d4ba_idx'), models.Index(fields=['username', 'at'], name='gis_core_si_usernam_72e006_idx')],
            },
        ),
        migrations.CreateModel(
            name='RoleGrant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('planner', 'Planner'), ('approver', 'Approver'), ('security_staff', 'Security staff'), ('environment_officer', 'Environment officer'), ('ward_officer', 'Ward officer'), ('administrator', 'Administrator')], max_length=40, verbose_name='role')),
                ('theme', models.CharField(blank=True, max_length=40, verbose_name='theme')),
                ('layer', models.CharField(blank=True, max_length=80, verbose_name='layer')),
                ('ward_code', models.CharField(blank=True, max_length=10, verbose_name='ward code')),
                ('valid_until', models.DateField(blank=True, null=True, verbose_name='last day')),
                ('granted_at', models.DateTimeField(auto_now_add=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='grants', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'grant',
                'verbose_name_plural': 'grants',
                'constraints': [models.UniqueConstraint(fields=('user', 'role', 'theme', 'layer', 'ward_code'), name='grant_once')],
            },
        ),
    ]
