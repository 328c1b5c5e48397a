import type { ApiErrorBody } from '../client/protocol.ts';
import { isoTimeOf } from '../host/date-of.ts';
import { HarnessError } from '../host/harness-error.ts';
import { SessionExpiredError } from '../session/session-expiry.ts';

type ErrorStatus = 400 | 401 | 403 | 404 | 409 | 410 | 413 | 415 | 500 | 503;

/** A request that is refused: what its sender is told. Nothing that the sender said is repeated. */
export class ApiError extends HarnessError {
  readonly status: ErrorStatus;
  readonly body: ApiErrorBody;

  constructor(status: ErrorStatus, error: ApiErrorBody['error']) {
    super(error);
    this.status = status;
    this.body = { error };
  }
}

/** What the harness refuses for reasons that are the sender's, in words that repeat nothing. */
const refusals: Readonly<Record<string, ApiError>> = {
  MESSAGE_ID_TAKEN: new ApiError(409, {
    code: 'MESSAGE_ID_TAKEN',
    message: 'Another message was sent under this id.',
    hint: 'Choose a new id for every message.',
  }),
  APPROVAL_MISSING: new ApiError(404, {
    code: 'APPROVAL_MISSING',
    message: 'There is no such approval.',
  }),
  SESSION_MISSING: new ApiError(404, {
    code: 'SESSION_MISSING',
    message: 'There is no such session.',
  }),
  SESSION_BUSY: new ApiError(409, {
    code: 'SESSION_BUSY',
    message: 'A run of this session is in progress.',
    hint: 'Wait for its end, or send { "force": true }: it is cancelled first.',
  }),
  APPROVAL_PENDING: new ApiError(409, {
    code: 'APPROVAL_PENDING',
    message: 'An approval waits in this session.',
    hint: 'Decide it, or send { "force": true }: it is cancelled first.',
  }),
  DECISION_REFUSED: new ApiError(403, {
    code: 'DECISION_REFUSED',
    message: 'This principal may not decide this.',
  }),
  APPROVAL_DECIDED: new ApiError(409, {
    code: 'APPROVAL_DECIDED',
    message: 'This is decided already, or its time is over.',
  }),
  DATABASE_AWAY: new ApiError(503, {
    code: 'DATABASE_AWAY',
    message: 'The database cannot be reached for now.',
    hint: 'Send the request again later. Runs that are in progress wait.',
  }),
};

const internal = new ApiError(500, {
  code: 'INTERNAL',
  message: 'The server failed on this request.',
  hint: 'It is in the server’s log. A message that was sent can be sent again under its id.',
});

/** The refusal that an error comes to; what nobody foresaw is INTERNAL and says no more. */
export function apiErrorFrom(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof SessionExpiredError) return sessionExpired(error);
  return (HarnessError.isInstance(error) ? refusals[error.code] : undefined) ?? internal;
}

const sessionExpired = ({ code, expiredAt }: SessionExpiredError): ApiError =>
  new ApiError(410, {
    code,
    message: `This session expired at ${isoTimeOf(expiredAt)}.`,
    hint: 'Send the message in a new session.',
  });

/** One answer for what is not there and what is somebody else's. */
export function sessionMissing(): ApiError {
  return new ApiError(404, { code: 'SESSION_MISSING', message: 'There is no such session.' });
}

export function unauthenticated(): ApiError {
  return new ApiError(401, {
    code: 'UNAUTHENTICATED',
    message: 'No key, or one that opens nothing.',
    hint: 'Send the header "Authorization: Bearer <key>".',
  });
}
