-- Roles belong to the server, not to the database: another database's migration may have made them, or be making them now.
DO $$
DECLARE
	reader text;
	actor text := current_setting('role');
BEGIN
	FOREACH reader IN ARRAY ARRAY['groundhog_tenant', 'groundhog_investigator'] LOOP
		BEGIN
			IF to_regrole(reader) IS NULL THEN
				EXECUTE format('CREATE ROLE %I NOLOGIN', reader);
			END IF;
		EXCEPTION WHEN duplicate_object OR unique_violation THEN
			NULL;
		END;
		-- The runtime takes the role to read for a principal. Whoever made a role may have to be let into it first.
		BEGIN
			PERFORM set_config('role', reader, true);
			PERFORM set_config('role', actor, true);
		EXCEPTION WHEN insufficient_privilege THEN
			EXECUTE format('GRANT %I TO CURRENT_USER', reader);
		END;
	END LOOP;
EXCEPTION WHEN insufficient_privilege THEN
	-- migrate-sessions.ts knows this code and says what to do.
	RAISE EXCEPTION USING ERRCODE = 'GH001', MESSAGE = SQLERRM;
END
$$;
--> statement-breakpoint
CREATE TABLE "groundhog"."findings" (
	"tenant" text NOT NULL,
	"session_id" text NOT NULL,
	"run_id" text NOT NULL,
	"sub_agent" text NOT NULL,
	"finding" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "findings_session_id_run_id_sub_agent_pk" PRIMARY KEY("session_id","run_id","sub_agent")
);
--> statement-breakpoint
ALTER TABLE "groundhog"."findings" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "groundhog"."summaries" (
	"tenant" text NOT NULL,
	"session_id" text NOT NULL,
	"epoch" integer NOT NULL,
	"version" integer NOT NULL,
	"run_id" text NOT NULL,
	"step" text NOT NULL,
	"upto_seq" bigint NOT NULL,
	"text" text NOT NULL,
	"commitments" jsonb NOT NULL,
	"tokens_before" integer NOT NULL,
	"tokens_after" integer NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "summaries_session_id_epoch_version_pk" PRIMARY KEY("session_id","epoch","version"),
	CONSTRAINT "summaries_step" UNIQUE("session_id","run_id","step")
);
--> statement-breakpoint
ALTER TABLE "groundhog"."summaries" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "groundhog"."approvals" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "groundhog"."audit" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "groundhog"."events" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "groundhog"."records" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "groundhog"."sessions" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "groundhog"."text_deltas" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "groundhog"."events" ADD COLUMN "tenant" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "groundhog"."records" ADD COLUMN "tenant" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "groundhog"."sessions" ADD COLUMN "tenant" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "groundhog"."sessions" ADD COLUMN "owner_id" text;--> statement-breakpoint
ALTER TABLE "groundhog"."sessions" ADD COLUMN "owner_role" text;--> statement-breakpoint
ALTER TABLE "groundhog"."sessions" ADD COLUMN "state_version" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "groundhog"."sessions" ADD COLUMN "epoch" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "groundhog"."sessions" ADD COLUMN "cleared_seq" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "groundhog"."sessions" ADD COLUMN "active_at" timestamp with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
ALTER TABLE "groundhog"."sessions" ADD COLUMN "ended_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "groundhog"."text_deltas" ADD COLUMN "tenant" text DEFAULT '' NOT NULL;--> statement-breakpoint
CREATE POLICY "of_one_tenant" ON "groundhog"."approvals" AS PERMISSIVE FOR SELECT TO "groundhog_investigator", "groundhog_tenant" USING (tenant = nullif(current_setting('groundhog.tenant', true), ''));--> statement-breakpoint
CREATE POLICY "of_one_tenant" ON "groundhog"."audit" AS PERMISSIVE FOR SELECT TO "groundhog_investigator", "groundhog_tenant" USING (tenant = nullif(current_setting('groundhog.tenant', true), ''));--> statement-breakpoint
CREATE POLICY "of_one_tenant" ON "groundhog"."events" AS PERMISSIVE FOR SELECT TO "groundhog_investigator", "groundhog_tenant" USING (tenant = nullif(current_setting('groundhog.tenant', true), ''));--> statement-breakpoint
CREATE POLICY "of_one_tenant" ON "groundhog"."records" AS PERMISSIVE FOR SELECT TO "groundhog_investigator", "groundhog_tenant" USING (tenant = nullif(current_setting('groundhog.tenant', true), ''));--> statement-breakpoint
CREATE POLICY "of_one_tenant" ON "groundhog"."sessions" AS PERMISSIVE FOR SELECT TO "groundhog_investigator", "groundhog_tenant" USING (tenant = nullif(current_setting('groundhog.tenant', true), ''));--> statement-breakpoint
CREATE POLICY "of_one_tenant" ON "groundhog"."text_deltas" AS PERMISSIVE FOR SELECT TO "groundhog_investigator", "groundhog_tenant" USING (tenant = nullif(current_setting('groundhog.tenant', true), ''));--> statement-breakpoint
CREATE POLICY "of_one_tenant" ON "groundhog"."findings" AS PERMISSIVE FOR SELECT TO "groundhog_investigator", "groundhog_tenant" USING (tenant = nullif(current_setting('groundhog.tenant', true), ''));--> statement-breakpoint
CREATE POLICY "of_one_tenant" ON "groundhog"."summaries" AS PERMISSIVE FOR SELECT TO "groundhog_investigator", "groundhog_tenant" USING (tenant = nullif(current_setting('groundhog.tenant', true), ''));--> statement-breakpoint
-- Who spoke first in a session owns it; a session that has told of no message yet stays nobody's until its next one.
UPDATE "groundhog"."sessions" AS session
SET "tenant" = first.principal->>'tenant', "owner_id" = first.principal->>'id', "owner_role" = first.principal->>'role'
FROM (
	SELECT DISTINCT ON (session_id) session_id, fact->'principal' AS principal
	FROM "groundhog"."events" WHERE fact->>'type' = 'message-received' ORDER BY session_id, seq
) AS first
WHERE first.session_id = session.session_id;--> statement-breakpoint
UPDATE "groundhog"."sessions" AS session
SET "active_at" = coalesce((
	SELECT max(stored_at) FROM "groundhog"."events" AS event
	WHERE event.session_id = session.session_id AND event.fact->>'type' = 'message-received'
), created_at);--> statement-breakpoint
UPDATE "groundhog"."events" AS row SET "tenant" = session.tenant
FROM "groundhog"."sessions" AS session WHERE session.session_id = row.session_id;--> statement-breakpoint
UPDATE "groundhog"."text_deltas" AS row SET "tenant" = session.tenant
FROM "groundhog"."sessions" AS session WHERE session.session_id = row.session_id;--> statement-breakpoint
UPDATE "groundhog"."records" AS row SET "tenant" = session.tenant
FROM "groundhog"."sessions" AS session WHERE session.session_id = row.session_id;--> statement-breakpoint
GRANT USAGE ON SCHEMA "groundhog" TO "groundhog_tenant", "groundhog_investigator";--> statement-breakpoint
-- Not api_keys: nobody reads for a principal what opens the door, nor limit_uses: they are no tenant's.
GRANT SELECT ON "groundhog"."sessions", "groundhog"."events", "groundhog"."text_deltas", "groundhog"."records",
	"groundhog"."approvals", "groundhog"."audit", "groundhog"."summaries", "groundhog"."findings"
TO "groundhog_tenant", "groundhog_investigator";
