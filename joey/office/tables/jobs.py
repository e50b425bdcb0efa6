"""Jobs: what the worker could not do, and retrying it."""

from collections.abc import Iterable

from django.contrib import admin
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from joey.kit.failed_jobs import events_of_job, retry_job
from joey.office.filters import InWords, OneOf
from joey.office.read_only import ReadOnly, each, once
from joey.office.site import office


class OfTask(OneOf):
    """Of one kind, as the program knows them."""

    heading = _("Task")

    def options(self) -> Iterable[str]:
        return sorted(app.tasks)


@admin.register(ProcrastinateJob, site=office)
class Jobs(ReadOnly):
    heading = _("Jobs")
    named_by = ("id", "task_name")
    list_display = ("id", "task_name", "status", "attempts", "scheduled_at", "queue_name")
    list_filter = (("status", InWords), ("task_name", OfTask))
    ordering = ("-id",)
    actions = ("retry",)
    fields = ("id", "task_name", "status", "args", "attempts", "scheduled_at", "queue_name", "lock", "events")

    @admin.action(description=_("Retry these"))
    def retry(self, request: HttpRequest, chosen: Iterable[ProcrastinateJob]) -> None:
        each(request, chosen, retry_job)

    @admin.display(description=_("What happened"))
    def events(self, job: ProcrastinateJob) -> SafeString:
        return once(job, "happened", lambda: _events(job))


def _events(job: ProcrastinateJob) -> SafeString:
    return render_to_string("office/job_events.html", {"events": events_of_job(job.pk)})
