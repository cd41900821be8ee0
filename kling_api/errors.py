"""What can go wrong, sorted by what happened to the money.

    KlingError
    ├── InvalidRequest       wrong input, found before anything was sent        not charged
    │   ├── NotConfigured    no key, unknown profile, unusable setting          not charged
    │   └── MediaError       a picture or clip that cannot be read or used      (as its `charged` says)
    ├── LedgerError          the job cannot be recorded, so nothing was sent    not charged
    ├── NotDelivered         the request never reached the provider             not charged
    ├── OverBudget           it would pass a budget of the profile              not charged
    ├── Refused              the provider said no                               not charged
    │   └── NotOffered       it has no way to answer such a question            not charged
    ├── OutcomeUnknown       sent, no answer, not found                         perhaps charged
    ├── TaskFailed           accepted, then failed at the provider              usually not charged
    ├── StillRunning         stopped waiting; the job goes on                   will be charged
    └── DownloadFailed       made and paid, the file is not here yet            charged once; collecting is free

The text of each error has three lines: what happened; what to do; whether it was charged, with the ids.
"""

from __future__ import annotations

from enum import Enum

from .redaction import redact


class Charged(Enum):
    """What a failure did to the money, in words for the user."""

    NO = "Not charged."
    NOTHING_CHANGED = "Nothing was changed."
    NO_UNITS = "A failed task is normally not charged; check `kling jobs` or the provider's console."
    STEP_BEFORE = "No order was made; only the step before it was charged."
    UNKNOWN = "It may have been charged."
    ONCE = "Charged once; it is not charged again."
    WILL_BE = "It is charged once when it finishes."


class KlingError(Exception):
    """Base of all errors of this library.

    `what` says what happened, `advice` what to do now. Both are cleaned of secrets. The ids are for a support request.
    `shown`: the three lines in another language, for whoever shows the error; code reads the fields.
    """

    charged = Charged.NO
    shown = ""

    def __init__(
        self,
        what: str,
        advice: str = "",
        *,
        charged: Charged | None = None,
        code: str | None = None,
        job_key: str | None = None,
        task_id: str | None = None,
        request_id: str | None = None,
    ) -> None:
        self.what = redact(what)
        self.advice = redact(advice)
        self.charged = charged or type(self).charged
        self.code = code and redact(code)
        self.job_key = job_key and redact(job_key)
        self.task_id = task_id and redact(task_id)
        self.request_id = request_id and redact(request_id)
        super().__init__(self.what)

    def __str__(self) -> str:
        return self.shown or self.english

    @property
    def english(self) -> str:
        return "\n".join(line for line in (self.what, self.advice, self._charge_line()) if line)

    def _charge_line(self) -> str:
        ids = {"job": self.job_key, "task id": self.task_id, "request id": self.request_id, "code": self.code}
        named = ", ".join(f"{name} {redact(value)}" for name, value in ids.items() if value)
        return f"{self.charged.value} ({named})" if named else self.charged.value


class InvalidRequest(KlingError):
    """The request is wrong; nothing was sent."""


class NotConfigured(InvalidRequest):
    """A key, profile or setting is missing or unusable; nothing was sent."""


class MediaError(InvalidRequest):
    """A picture, clip or sound cannot be read, or would not fit into memory."""


class LedgerError(KlingError):
    """The job cannot be recorded on disk; without a record nothing is sent."""


class NotDelivered(KlingError):
    """The request never reached the provider."""


class OverBudget(KlingError):
    """The profile's own budget does not allow the job; nothing was sent."""


class Refused(KlingError):
    """The provider refused the request."""


class NotOffered(Refused):
    """The provider has no way to answer such a question."""


class OutcomeUnknown(KlingError):
    """The request was sent, no usable answer came, and a look-up could not settle it."""

    charged = Charged.UNKNOWN


class TaskFailed(KlingError):
    """The provider accepted the task and then reported that it failed."""

    charged = Charged.NO_UNITS


class StillRunning(KlingError):
    """We stopped waiting; the task goes on at the provider (there is no cancel)."""

    charged = Charged.WILL_BE


class DownloadFailed(KlingError):
    """The task is finished; its file could not be fetched yet. Fetching again is free."""

    charged = Charged.ONCE
