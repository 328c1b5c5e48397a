CREATE TABLE "groundhog"."api_keys" (
	"key_id" text PRIMARY KEY NOT NULL,
	"hash" text NOT NULL,
	"tenant" text NOT NULL,
	"principal_id" text NOT NULL,
	"role" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"revoked_at" timestamp with time zone,
	CONSTRAINT "api_keys_hash_unique" UNIQUE("hash")
);
--> statement-breakpoint
CREATE TABLE "groundhog"."approvals" (
	"approval_id" text PRIMARY KEY NOT NULL,
	"tenant" text NOT NULL,
	"session_id" text NOT NULL,
	"run_id" text NOT NULL,
	"call_id" text NOT NULL,
	"tool" text NOT NULL,
	"arguments" jsonb NOT NULL,
	"arguments_hash" text NOT NULL,
	"state_version" text NOT NULL,
	"requested_by" text NOT NULL,
	"roles" text[] NOT NULL,
	"reason" text NOT NULL,
	"status" text NOT NULL,
	"decided_by" text,
	"decision_reason" text,
	"edited_arguments" jsonb,
	"requested_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"decided_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "groundhog"."audit" (
	"tenant" text NOT NULL,
	"seq" bigint NOT NULL,
	"key" text NOT NULL,
	"recorded_at" timestamp with time zone NOT NULL,
	"actor" text NOT NULL,
	"action" text NOT NULL,
	"subject" text NOT NULL,
	"is_allowed" boolean NOT NULL,
	"reason" text NOT NULL,
	"detail" jsonb NOT NULL,
	"previous_hash" text NOT NULL,
	"hash" text NOT NULL,
	CONSTRAINT "audit_tenant_seq_pk" PRIMARY KEY("tenant","seq"),
	CONSTRAINT "audit_key" UNIQUE("tenant","key")
);
--> statement-breakpoint
CREATE TABLE "groundhog"."limit_uses" (
	"limit" text NOT NULL,
	"window_start" timestamp with time zone NOT NULL,
	"key" text NOT NULL,
	"amount" integer NOT NULL,
	CONSTRAINT "limit_uses_limit_window_start_key_pk" PRIMARY KEY("limit","window_start","key")
);
