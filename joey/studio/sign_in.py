"""Sign in with a code sent to a phone or an e-mail address. A session begins only after the right code."""

from datetime import datetime
from math import ceil
from urllib.parse import urlencode

from django.contrib.auth import REDIRECT_FIELD_NAME, login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from joey.kit import clock
from joey.kit.client_address import address_of
from joey.kit.refusals import Refusal
from joey.people.codes import Purpose, WaitingCode, waiting_code
from joey.people.send_code import JustSent, send_code
from joey.people.sessions import begin_session
from joey.people.sessions import sign_out as end_session
from joey.people.sign_in import CodeOver, person_for_code
from joey.studio.access import CODE_AT, keeper, keeper_only, language, next_page, page
from joey.studio.browser import browser_of, new_browser, remember_browser
from joey.studio.forms import CodeForm, ContactForm

BACKEND = "django.contrib.auth.backends.ModelBackend"
ENTER_CODE = "/studio/sign-in/code"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for the contact and send it a code. The contact is kept for a person who comes back to correct it."""
    if request.user.is_authenticated:
        return HttpResponseRedirect(next_page(request))
    browser, now = browser_of(request), clock.now()
    form = ContactForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        browser = browser or new_browser()
        try:
            _send(request, form.cleaned_data["contact"], browser, now)
        except Refusal as refusal:
            form.take(refusal)
        else:
            answer = HttpResponseRedirect(_with_next(ENTER_CODE, request))
            remember_browser(answer, browser)
            return answer
    waiting = waiting_code(browser, Purpose.SIGN_IN, now=now) if browser and not form.is_bound else None
    facts: dict[str, object] = {
        "form": form,
        "contact": waiting.contact if waiting else None,
        "next": next_page(request),
    }
    return page(request, "sign_in.html", facts, status=form.status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def enter_code(request: HttpRequest) -> HttpResponse:
    """Take the code; a right one makes the session. Without one in the form, send another."""
    browser, now = browser_of(request), clock.now()
    waiting = waiting_code(browser, Purpose.SIGN_IN, now=now) if browser else None
    if browser is None or waiting is None:
        return HttpResponseRedirect(_with_next("/studio/sign-in", request))
    form = CodeForm(request.POST if "code" in request.POST else None)
    if request.method == "POST" and not form.is_bound:
        form = _send_again(request, waiting.contact, browser, Purpose.SIGN_IN, now)
    elif form.is_valid():
        try:
            person = person_for_code(
                waiting.contact, form.cleaned_data["code"], browser=browser, now=now, language=language()
            )
        except Refusal as refusal:
            form.take(refusal)
        else:
            login(request, person, backend=BACKEND)
            begin_session(request.session, person, agent=request.headers.get("user-agent", ""), now=now)
            request.session[CODE_AT] = now.isoformat()
            return HttpResponseRedirect(next_page(request))
    facts = _code_facts(form, waiting_code(browser, Purpose.SIGN_IN, now=now) or waiting, now)
    return page(request, "enter_code.html", {**facts, "next": next_page(request)}, status=form.status)


@keeper_only
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """Before a step that moves money: the same person enters a fresh code, which belongs to this session."""
    now = clock.now()
    contact, session = keeper(request).contact, str(request.session.session_key)
    form = CodeForm(request.POST if "code" in request.POST else None)
    if request.method == "POST" and not form.is_bound:
        form = _send_again(request, contact, session, Purpose.CONFIRM, now)
    elif form.is_valid():
        try:
            person_for_code(contact, form.cleaned_data["code"], browser=session, purpose=Purpose.CONFIRM, now=now)
        except Refusal as refusal:
            form.take(refusal)
        else:
            request.session[CODE_AT] = now.isoformat()
            request.session.cycle_key()  # a key that was copied before is worth no more than it was
            return HttpResponseRedirect(next_page(request))
    waiting = waiting_code(session, Purpose.CONFIRM, now=now)
    facts = _code_facts(form, waiting, now) if waiting else {"form": form, "waiting": None, "contact": contact}
    return page(request, "confirm.html", {**facts, "next": next_page(request)}, status=form.status)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session; with `next`, someone else signs in and continues there."""
    end_session(request)
    if request.POST.get(REDIRECT_FIELD_NAME):
        return HttpResponseRedirect(_with_next("/studio/sign-in", request))
    return HttpResponseRedirect("/")


def _send(request: HttpRequest, contact: str, browser: str, now: datetime, purpose: str = Purpose.SIGN_IN) -> None:
    """Where one was sent a moment ago, that one is to be waited for: a double tap sends one."""
    try:
        send_code(contact, browser=browser, address=address_of(request), purpose=purpose, language=language(), now=now)
    except JustSent:
        return


def _send_again(request: HttpRequest, contact: str, browser: str, purpose: str, now: datetime) -> CodeForm:
    """An empty form for the new code, or one that says why none was sent."""
    try:
        _send(request, contact, browser, now, purpose)
    except Refusal as refusal:
        form = CodeForm({"code": ""})
        form.errors.clear()
        form.take(refusal)
        return form
    return CodeForm(None)


def _code_facts(form: CodeForm, waiting: WaitingCode, now: datetime) -> dict[str, object]:
    """`seconds` until another code can be asked for."""
    return {
        "form": form,
        "waiting": waiting,
        "contact": waiting.contact,
        "is_over": waiting.is_over or isinstance(form.refused, CodeOver),
        "seconds": max(0, ceil((waiting.again_at - now).total_seconds())),
    }


def _with_next(path: str, request: HttpRequest) -> str:
    wish = next_page(request)
    return path if wish == "/studio/" else f"{path}?{urlencode({REDIRECT_FIELD_NAME: wish}, safe='/')}"
