"""Who someone is: persons, sign-in codes, tokens, notices."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import joey.kit.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='Person',
            fields=[
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('id', models.UUIDField(default=joey.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('phone', models.CharField(max_length=16, null=True, unique=True)),
                ('email', models.EmailField(max_length=254, null=True, unique=True)),
                ('name', models.CharField(blank=True, default='', max_length=60)),
                ('language', models.CharField(default='zh-hans', max_length=8)),
                ('is_staff', models.BooleanField(default=False)),
                ('is_active', models.BooleanField(default=True)),
                ('joined_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('phone__isnull', False), ('email__isnull', False), _connector='OR'), name='people_person_can_be_reached')],
            },
        ),
        migrations.CreateModel(
            name='ApiToken',
            fields=[
                ('id', models.UUIDField(default=joey.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('shop_id', models.UUIDField(null=True)),
                ('token_hash', models.BinaryField(max_length=32, unique=True)),
                ('scopes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('read', 'Read'), ('list', 'List'), ('share', 'Share'), ('money', 'Money')], max_length=8), size=None)),
                ('made_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('ends_at', models.DateTimeField()),
                ('used_at', models.DateTimeField(null=True)),
                ('revoked_at', models.DateTimeField(null=True)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='PersonSession',
            fields=[
                ('session_key', models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name='session key')),
                ('session_data', models.TextField(verbose_name='session data')),
                ('expire_date', models.DateTimeField(db_index=True, verbose_name='expire date')),
                ('signed_in_at', models.DateTimeField(null=True)),
                ('seen_at', models.DateTimeField(null=True)),
                ('agent', models.CharField(blank=True, default='', max_length=300)),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'session',
                'verbose_name_plural': 'sessions',
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='SignInCode',
            fields=[
                ('id', models.UUIDField(default=joey.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('contact', models.CharField(max_length=254)),
                ('purpose', models.CharField(choices=[('sign_in', 'Sign In'), ('confirm', 'Confirm')], max_length=8)),
                ('browser_hash', models.BinaryField(max_length=32)),
                ('is_long', models.BooleanField(default=False)),
                ('was_not_sent', models.BooleanField(default=False)),
                ('code_hash', models.BinaryField(max_length=32)),
                ('sent_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('expires_at', models.DateTimeField()),
                ('wrong_tries', models.PositiveSmallIntegerField(default=0)),
                ('used_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [
                    models.Index(fields=['contact', 'sent_at'], name='people_code_of_contact'),
                    models.Index(fields=['browser_hash', 'sent_at'], name='people_code_of_browser'),
                    models.Index(condition=models.Q(('is_long', False), ('used_at__isnull', True)), fields=['sent_at'], name='people_code_not_used'),
                ],
            },
        ),
    ]
