"""Jobs: what the worker could not do, and another try."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateEvent, ProcrastinateJob
from procrastinate.exceptions import ConnectorException

from joey.kit import clock
from joey.kit.refusals import Conflict
from joey.office.read_only import ReadOnly, each, once
from joey.office.site import office


class OfTask(admin.SimpleListFilter):
    """Of one kind, as Joey knows them: finding the kinds in the table would read all of it."""

    title = _("Task")
    parameter_name = "task_name"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        return [(name, name) for name in sorted(app.tasks)]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[ProcrastinateJob]") -> "QuerySet[ProcrastinateJob]":
        return queryset.filter(task_name=self.value()) if self.value() else queryset


@admin.register(ProcrastinateJob, site=office)
class Jobs(ReadOnly):
    list_display = ("id", "task_name", "status", "attempts", "scheduled_at", "queue_name")
    list_filter = ("status", OfTask)
    ordering = ("-id",)
    actions = ("try_again",)
    fields = ("id", "task_name", "status", "args", "attempts", "scheduled_at", "queue_name", "lock", "events")

    @admin.action(description=_("Try these again"))
    def try_again(self, request: HttpRequest, chosen: "QuerySet[ProcrastinateJob]") -> None:
        each(request, chosen.order_by("id"), _try_again)

    @admin.display(description=_("What happened"))
    def events(self, job: ProcrastinateJob) -> SafeString:
        return once(job, "happened", lambda: _events(job))


def _events(job: ProcrastinateJob) -> SafeString:
    found = ProcrastinateEvent.objects.filter(job_id=job.pk).order_by("-id")[:20]
    return render_to_string("office/job_events.html", {"events": list(found)})


def _try_again(job: ProcrastinateJob) -> None:
    """Only a failed job; of a job that may wait once only, not beside the one that waits."""
    if job.status != "failed":
        raise Conflict(_("Job %d did not fail; there is nothing to try again.") % job.pk)
    try:
        with transaction.atomic():
            app.job_manager.retry_job_by_id(job.pk, retry_at=clock.now())
    except ConnectorException:
        raise Conflict(_("Job %d cannot wait again: its next round is waiting already.") % job.pk) from None
