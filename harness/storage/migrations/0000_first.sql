CREATE SCHEMA "groundhog";
--> statement-breakpoint
CREATE TABLE "groundhog"."events" (
	"session_id" text NOT NULL,
	"seq" bigint NOT NULL,
	"run_id" text NOT NULL,
	"step" text NOT NULL,
	"ordinal" integer NOT NULL,
	"fact" jsonb NOT NULL,
	"stored_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "events_session_id_seq_pk" PRIMARY KEY("session_id","seq"),
	CONSTRAINT "events_key" UNIQUE("session_id","run_id","step","ordinal")
);
--> statement-breakpoint
CREATE TABLE "groundhog"."records" (
	"session_id" text NOT NULL,
	"collection" text NOT NULL,
	"key" text NOT NULL,
	"value" jsonb NOT NULL,
	CONSTRAINT "records_session_id_collection_key_pk" PRIMARY KEY("session_id","collection","key")
);
--> statement-breakpoint
CREATE TABLE "groundhog"."sessions" (
	"session_id" text PRIMARY KEY NOT NULL,
	"event_count" bigint DEFAULT 0 NOT NULL,
	"run_count" integer DEFAULT 0 NOT NULL,
	"latest_run_id" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "groundhog"."text_deltas" (
	"session_id" text NOT NULL,
	"run_id" text NOT NULL,
	"step" text NOT NULL,
	"attempt" integer NOT NULL,
	"ordinal" integer NOT NULL,
	"text" text NOT NULL,
	CONSTRAINT "text_deltas_session_id_run_id_step_attempt_ordinal_pk" PRIMARY KEY("session_id","run_id","step","attempt","ordinal")
);
