"""How the API says that something is wrong: problem+json (RFC 9457), with a code and the places in the request."""

from __future__ import annotations

import http
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from ringboot import log
from ringboot.desk.errors import Busy, DeskError, NotFound, NotLetIn, Refused, TooMany
from ringboot.store.errors import StoreDamaged, StoreFailed, StoreFull


class Problem(Exception):
    """An answer that is an error."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        fields: Mapping[str, str] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        """Say it; `more` are further keys of the answer (RFC 9457 3.2)."""
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.fields = dict(fields or {})
        self.headers = dict(headers or {})
        self.more = more


def answer(problem: Problem, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """Write a problem."""
    body = {
        "type": "about:blank",
        "title": http.HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "code": problem.code,
        "detail": problem.detail,
        "fields": problem.fields,
        **problem.more,
    }
    return JSONResponse(body, problem.status, {**problem.headers, **(headers or {})}, "application/problem+json")


def of_desk(error: DeskError) -> Problem:
    """Give the answer to what the desk refused."""
    if isinstance(error, Refused):
        return Problem(422 if error.fields else 409, error.code, error.text, error.fields)
    if isinstance(error, NotLetIn):
        return Problem(401, error.code, error.text)
    if isinstance(error, TooMany):
        return Problem(429, error.code, error.text, headers={"Retry-After": str(error.wait)})
    status = 404 if isinstance(error, NotFound) else 503 if isinstance(error, Busy) else 500
    return Problem(status, error.code, error.text)


def install(app: FastAPI) -> None:
    """Answer every exception of the routes with a problem."""

    @app.exception_handler(Problem)
    async def _problem(_: Request, error: Problem) -> JSONResponse:
        return answer(error)

    @app.exception_handler(DeskError)
    async def _desk(_: Request, error: DeskError) -> JSONResponse:
        return answer(of_desk(error))

    @app.exception_handler(StoreFailed)
    @app.exception_handler(StoreDamaged)
    async def _store(_: Request, error: StoreFailed | StoreDamaged) -> JSONResponse:
        log.get().error("a change was not written", why=str(error))
        return answer(Problem(507 if isinstance(error, StoreFull) else 500, "failed", f"Nothing was changed: {error}"))

    @app.exception_handler(RequestValidationError)
    async def _parameters(_: Request, error: RequestValidationError) -> JSONResponse:
        wrong = {str(each["loc"][-1]): str(each["msg"]) for each in error.errors()}
        told = "; ".join(f"{name}: {why}" for name, why in wrong.items())
        return answer(Problem(422, "refused", f"The request is not acceptable: {told}.", wrong))

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> JSONResponse:
        where = f"{request.method} {request.url.path}"
        code = {404: "no-such-route", 405: "no-such-method"}.get(error.status_code, "bad-request")
        return answer(Problem(error.status_code, code, f"{where}: {error.detail}"), error.headers)

    @app.exception_handler(Exception)
    async def _unexpected(request: Request, error: Exception) -> JSONResponse:
        log.get().error("API request failed", method=request.method, path=request.url.path, why=repr(error))
        return answer(Problem(500, "failed", "The daemon failed at this request. Its log says where."))
