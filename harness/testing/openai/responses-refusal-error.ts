import { HarnessError } from '../../host/harness-error.ts';

/** A request the server refuses with an HTTP status and the API's error object. */
export class ResponsesRefusalError extends HarnessError {
  readonly status: number;
  /** `error.type` on the wire. */
  readonly kind: string;

  constructor(refusal: {
    readonly status: number;
    readonly kind?: string;
    readonly code: string;
    readonly message: string;
  }) {
    super({ code: refusal.code, message: refusal.message });
    this.status = refusal.status;
    this.kind = refusal.kind ?? 'invalid_request_error';
  }
}
