"""What happened to a job, and running a failed one again."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateEvent, ProcrastinateJob
from procrastinate.exceptions import ConnectorException

from joey.kit import clock
from joey.kit.refusals import Conflict

EVENTS_MOST = 20


def events_of_job(job_id: int) -> list[ProcrastinateEvent]:
    """Its last events, newest first. One query."""
    return list(ProcrastinateEvent.objects.filter(job_id=job_id).order_by("-id")[:EVENTS_MOST])


def retry_job(job: ProcrastinateJob) -> None:
    """Queue a failed job again. Raises Conflict for one that did not fail, or whose next round is queued already."""
    if job.status != "failed":
        raise Conflict(_("Job %d did not fail, so there is nothing to retry.") % job.pk)
    try:
        with transaction.atomic():
            app.job_manager.retry_job_by_id(job.pk, retry_at=clock.now())
    except ConnectorException:
        raise Conflict(_("Job %d cannot be queued again: its next round is queued already.") % job.pk) from None
