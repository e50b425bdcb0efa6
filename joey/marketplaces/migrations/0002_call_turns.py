from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('marketplaces', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='CallTurn',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('marketplace', models.CharField(max_length=64)),
                ('account', models.CharField(max_length=128)),
                ('kind', models.CharField(max_length=100)),
                ('free_at', models.DateTimeField()),
                ('words', models.CharField(max_length=200)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('marketplace', 'account', 'kind'), name='marketplaces_one_turn')],
            },
        ),
        migrations.RunSQL("ALTER TABLE marketplaces_callturn SET UNLOGGED", migrations.RunSQL.noop),
    ]
