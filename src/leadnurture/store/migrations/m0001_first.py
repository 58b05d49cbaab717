"""The first schema: leads, timeline, sources, scoring, tasks, conversions, sequences, enrollments, outbox."""

import sqlite3

SCHEMA = """
CREATE TABLE lead_scoring_rules (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    rule_name VARCHAR(255) NOT NULL,
    rule_description VARCHAR,
    criteria_type VARCHAR(40) NOT NULL,
    criteria_field VARCHAR(100) NOT NULL,
    criteria_operator VARCHAR(40) NOT NULL,
    criteria_value VARCHAR NOT NULL,
    score_adjustment INTEGER NOT NULL,
    rule_weight FLOAT NOT NULL,
    is_active BOOLEAN NOT NULL,
    rule_order INTEGER NOT NULL,
    created_at DATETIME NOT NULL,
    CONSTRAINT known_criteriatype CHECK (criteria_type IN ('demographic', 'behavioral', 'engagement', 'wedding_details', 'budget', 'timeline')),
    CONSTRAINT known_operator CHECK (criteria_operator IN ('equals', 'contains', 'greater_than', 'less_than', 'between', 'in_list'))
);

CREATE INDEX idx_scoring_rules_active ON lead_scoring_rules (is_active);

CREATE INDEX idx_scoring_rules_criteria ON lead_scoring_rules (criteria_type);

CREATE UNIQUE INDEX idx_scoring_rules_name ON lead_scoring_rules (rule_name);

CREATE TABLE lead_sources (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    source_name VARCHAR(100) NOT NULL,
    source_category VARCHAR(40) NOT NULL,
    tracking_url VARCHAR,
    utm_parameters JSON NOT NULL,
    conversion_tracking_code VARCHAR,
    cost_per_lead INTEGER NOT NULL,
    is_active BOOLEAN NOT NULL,
    auto_assign_to_user_id VARCHAR(100),
    default_priority VARCHAR(40) NOT NULL,
    created_at DATETIME NOT NULL,
    updated_at DATETIME NOT NULL,
    CONSTRAINT known_sourcecategory CHECK (source_category IN ('paid_advertising', 'organic_search', 'social_media', 'referral', 'directory', 'email_marketing', 'direct', 'partnership')),
    CONSTRAINT known_priority CHECK (default_priority IN ('low', 'medium', 'high', 'urgent'))
);

CREATE INDEX idx_lead_sources_category ON lead_sources (source_category);

CREATE UNIQUE INDEX idx_lead_sources_name ON lead_sources (source_name);

CREATE TABLE leads (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    lead_source VARCHAR(100) NOT NULL,
    source_details JSON NOT NULL,
    couple_name_bride VARCHAR(255),
    couple_name_groom VARCHAR(255),
    primary_email VARCHAR(255) NOT NULL,
    secondary_email VARCHAR(255),
    primary_phone VARCHAR(32),
    secondary_phone VARCHAR(32),
    preferred_contact_method VARCHAR(40) NOT NULL,
    wedding_date DATE,
    wedding_venue VARCHAR,
    wedding_location VARCHAR(255),
    time_zone VARCHAR(64),
    estimated_guest_count INTEGER,
    estimated_budget INTEGER,
    budget_range VARCHAR(40),
    services_needed JSON NOT NULL,
    specific_requirements VARCHAR,
    additional_notes VARCHAR,
    lead_status VARCHAR(40) NOT NULL,
    lead_score INTEGER NOT NULL,
    lead_temperature VARCHAR(40) NOT NULL,
    priority_level VARCHAR(40) NOT NULL,
    quality_rating FLOAT,
    inquiry_at DATETIME NOT NULL,
    first_contact_at DATETIME,
    last_contact_at DATETIME,
    last_reply_at DATETIME,
    next_follow_up_at DATETIME,
    total_interactions INTEGER NOT NULL,
    email_opens INTEGER NOT NULL,
    email_clicks INTEGER NOT NULL,
    website_visits INTEGER NOT NULL,
    converted_at DATETIME,
    conversion_value INTEGER,
    lost_reason VARCHAR(100),
    lost_details VARCHAR,
    assigned_to_user_id VARCHAR(100),
    team_id VARCHAR(100),
    nurture_sequence_id VARCHAR(100),
    automation_paused BOOLEAN NOT NULL,
    consent_marketing BOOLEAN NOT NULL,
    consent_data_processing BOOLEAN NOT NULL,
    gdpr_consent_date DATETIME,
    opt_out_date DATETIME,
    bounced_at DATETIME,
    unsubscribe_token VARCHAR(40) NOT NULL,
    tags JSON NOT NULL,
    custom_fields JSON NOT NULL,
    created_at DATETIME NOT NULL,
    updated_at DATETIME NOT NULL,
    CONSTRAINT known_contactmethod CHECK (preferred_contact_method IN ('email', 'phone', 'whatsapp', 'text')),
    CONSTRAINT known_budgetrange CHECK (budget_range IN ('under_1000', '1000_2500', '2500_5000', '5000_10000', '10000_plus')),
    CONSTRAINT known_leadstatus CHECK (lead_status IN ('new', 'contacted', 'qualified', 'proposal_sent', 'follow_up', 'negotiation', 'won', 'lost', 'spam', 'duplicate')),
    CONSTRAINT known_temperature CHECK (lead_temperature IN ('hot', 'warm', 'cold')),
    CONSTRAINT known_priority CHECK (priority_level IN ('low', 'medium', 'high', 'urgent')),
    UNIQUE (unsubscribe_token)
);

CREATE INDEX idx_leads_created ON leads (created_at);

CREATE UNIQUE INDEX idx_leads_email ON leads (primary_email);

CREATE INDEX idx_leads_follow_up ON leads (next_follow_up_at);

CREATE INDEX idx_leads_score ON leads (lead_score);

CREATE INDEX idx_leads_source ON leads (lead_source);

CREATE INDEX idx_leads_status ON leads (lead_status);

CREATE INDEX idx_leads_wedding_date ON leads (wedding_date);

CREATE TABLE nurture_sequences (
    id VARCHAR(100) NOT NULL,
    sequence_name VARCHAR(255) NOT NULL,
    sequence_description VARCHAR,
    category VARCHAR(40) NOT NULL,
    sequence_type VARCHAR(40) NOT NULL,
    purpose VARCHAR(40) NOT NULL,
    is_active BOOLEAN NOT NULL,
    is_default BOOLEAN NOT NULL,
    priority_level INTEGER NOT NULL,
    current_version INTEGER NOT NULL,
    next_look_at DATETIME,
    deleted_at DATETIME,
    created_at DATETIME NOT NULL,
    updated_at DATETIME NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT known_sequencecategory CHECK (category IN ('warm_lead', 'cold_lead', 'objection_handling', 'follow_up', 'reactivation', 'custom')),
    CONSTRAINT known_sequencetype CHECK (sequence_type IN ('welcome', 'nurture', 're_engagement', 'post_inquiry', 'pre_wedding', 'post_wedding')),
    CONSTRAINT known_purpose CHECK (purpose IN ('inquiry', 'service', 'marketing'))
);

CREATE INDEX idx_nurture_sequences_active ON nurture_sequences (is_active);

CREATE TABLE lead_conversions (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    lead_id INTEGER NOT NULL,
    conversion_type VARCHAR(40) NOT NULL,
    conversion_value INTEGER NOT NULL,
    conversion_date DATETIME NOT NULL,
    first_touch_source VARCHAR(100),
    last_touch_source VARCHAR(100),
    touch_points_count INTEGER NOT NULL,
    attribution_model VARCHAR(40) NOT NULL,
    days_to_conversion INTEGER,
    total_interactions INTEGER NOT NULL,
    nurture_sequences_completed INTEGER NOT NULL,
    attributed_revenue INTEGER,
    commission_amount INTEGER,
    notes VARCHAR,
    created_at DATETIME NOT NULL,
    FOREIGN KEY(lead_id) REFERENCES leads (id) ON DELETE CASCADE,
    CONSTRAINT known_conversiontype CHECK (conversion_type IN ('booking_confirmed', 'contract_signed', 'deposit_paid', 'full_payment', 'service_completed')),
    CONSTRAINT known_attributionmodel CHECK (attribution_model IN ('first_touch', 'last_touch', 'linear', 'time_decay'))
);

CREATE INDEX idx_conversions_date ON lead_conversions (conversion_date);

CREATE INDEX idx_conversions_lead ON lead_conversions (lead_id);

CREATE TABLE lead_interactions (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    lead_id INTEGER NOT NULL,
    user_id VARCHAR(100),
    interaction_type VARCHAR(40) NOT NULL,
    interaction_subject VARCHAR(255),
    interaction_content VARCHAR,
    interaction_metadata JSON NOT NULL,
    interaction_outcome VARCHAR(100),
    follow_up_required BOOLEAN NOT NULL,
    follow_up_date DATETIME,
    created_at DATETIME NOT NULL,
    FOREIGN KEY(lead_id) REFERENCES leads (id) ON DELETE CASCADE,
    CONSTRAINT known_interactiontype CHECK (interaction_type IN ('email_sent', 'email_opened', 'email_clicked', 'phone_call', 'meeting_scheduled', 'meeting_completed', 'proposal_sent', 'proposal_viewed', 'contract_sent', 'payment_received', 'note_added', 'status_changed', 'score_updated', 'website_visit', 'social_media_engagement', 'referral_received', 'lead_created', 'lead_updated', 'email_received', 'email_bounced', 'opted_out', 'tag_added', 'tag_removed', 'task_created', 'sequence_enrolled', 'sequence_ended', 'step_skipped', 'step_held', 'step_failed', 'automation_paused', 'automation_resumed', 'booking_confirmed', 'meeting_moved', 'meeting_cancelled', 'sms_sent', 'notification_sent'))
);

CREATE INDEX idx_lead_interactions_lead_id ON lead_interactions (lead_id, created_at);

CREATE INDEX idx_lead_interactions_type ON lead_interactions (interaction_type);

CREATE TABLE lead_score_adjustments (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    lead_id INTEGER NOT NULL,
    adjustment INTEGER NOT NULL,
    reason VARCHAR(255),
    notes VARCHAR,
    created_at DATETIME NOT NULL,
    FOREIGN KEY(lead_id) REFERENCES leads (id) ON DELETE CASCADE
);

CREATE INDEX idx_score_adjustments_lead ON lead_score_adjustments (lead_id);

CREATE TABLE lead_touches (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    lead_id INTEGER NOT NULL,
    source_name VARCHAR(100) NOT NULL,
    details JSON NOT NULL,
    touched_at DATETIME NOT NULL,
    FOREIGN KEY(lead_id) REFERENCES leads (id) ON DELETE CASCADE
);

CREATE INDEX idx_lead_touches_lead ON lead_touches (lead_id, touched_at);

CREATE TABLE passed_over (
    lead_id INTEGER NOT NULL,
    sequence_id VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    created_at DATETIME NOT NULL,
    PRIMARY KEY (lead_id, sequence_id),
    FOREIGN KEY(lead_id) REFERENCES leads (id) ON DELETE CASCADE,
    FOREIGN KEY(sequence_id) REFERENCES nurture_sequences (id)
);

CREATE TABLE sequence_versions (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    sequence_id VARCHAR NOT NULL,
    number INTEGER NOT NULL,
    file VARCHAR NOT NULL,
    content_hash VARCHAR(64) NOT NULL,
    commit_id VARCHAR(64),
    source VARCHAR NOT NULL,
    templates JSON NOT NULL,
    attachments JSON NOT NULL,
    applied_at DATETIME NOT NULL,
    UNIQUE (sequence_id, number),
    FOREIGN KEY(sequence_id) REFERENCES nurture_sequences (id)
);

CREATE TABLE lead_nurture_enrollments (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    lead_id INTEGER NOT NULL,
    sequence_id VARCHAR NOT NULL,
    version_id INTEGER NOT NULL,
    pass_number INTEGER NOT NULL,
    enrollment_date DATETIME NOT NULL,
    reason VARCHAR,
    current_step VARCHAR(100),
    jumped BOOLEAN NOT NULL,
    anchor_at DATETIME NOT NULL,
    due_local VARCHAR(64),
    next_at DATETIME,
    held_reason VARCHAR,
    waiting_reason VARCHAR,
    status VARCHAR(40) NOT NULL,
    completion_rate FLOAT NOT NULL,
    steps_completed INTEGER NOT NULL,
    emails_opened INTEGER NOT NULL,
    emails_clicked INTEGER NOT NULL,
    converted BOOLEAN NOT NULL,
    conversion_step VARCHAR(100),
    ended_at DATETIME,
    end_reason VARCHAR,
    UNIQUE (lead_id, sequence_id, pass_number),
    FOREIGN KEY(lead_id) REFERENCES leads (id) ON DELETE CASCADE,
    FOREIGN KEY(sequence_id) REFERENCES nurture_sequences (id),
    FOREIGN KEY(version_id) REFERENCES sequence_versions (id),
    CONSTRAINT known_enrollmentstatus CHECK (status IN ('active', 'paused', 'completed', 'cancelled', 'failed'))
);

CREATE INDEX idx_enrollments_due ON lead_nurture_enrollments (status, next_at);

CREATE INDEX idx_enrollments_lead ON lead_nurture_enrollments (lead_id);

CREATE UNIQUE INDEX idx_enrollments_once_at_a_time ON lead_nurture_enrollments (lead_id, sequence_id) WHERE status IN ('active', 'paused');

CREATE INDEX idx_enrollments_sequence ON lead_nurture_enrollments (sequence_id);

CREATE TABLE nurture_sequence_steps (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    version_id INTEGER NOT NULL,
    step_order INTEGER NOT NULL,
    step_key VARCHAR(100) NOT NULL,
    step_name VARCHAR(255) NOT NULL,
    step_type VARCHAR(40) NOT NULL,
    is_active BOOLEAN NOT NULL,
    UNIQUE (version_id, step_key),
    FOREIGN KEY(version_id) REFERENCES sequence_versions (id) ON DELETE CASCADE
);

CREATE INDEX idx_sequence_steps_order ON nurture_sequence_steps (version_id, step_order);

CREATE TABLE appointments (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    lead_id INTEGER NOT NULL,
    enrollment_id INTEGER,
    step_key VARCHAR(100),
    uid VARCHAR(100) NOT NULL,
    calendar_sequence INTEGER NOT NULL,
    title VARCHAR(255) NOT NULL,
    description VARCHAR,
    location VARCHAR(500),
    starts_at DATETIME NOT NULL,
    ends_at DATETIME NOT NULL,
    time_zone VARCHAR(64) NOT NULL,
    status VARCHAR(40) NOT NULL,
    invite BOOLEAN NOT NULL,
    created_at DATETIME NOT NULL,
    updated_at DATETIME NOT NULL,
    UNIQUE (enrollment_id, step_key),
    FOREIGN KEY(lead_id) REFERENCES leads (id) ON DELETE CASCADE,
    FOREIGN KEY(enrollment_id) REFERENCES lead_nurture_enrollments (id) ON DELETE SET NULL,
    UNIQUE (uid),
    CONSTRAINT known_appointmentstatus CHECK (status IN ('scheduled', 'done', 'cancelled'))
);

CREATE INDEX idx_appointments_lead ON appointments (lead_id);

CREATE INDEX idx_appointments_status_start ON appointments (status, starts_at);

CREATE TABLE sequence_executions (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    enrollment_id INTEGER NOT NULL,
    lead_id INTEGER NOT NULL,
    sequence_id VARCHAR NOT NULL,
    version_id INTEGER NOT NULL,
    step_number INTEGER NOT NULL,
    step_key VARCHAR(100) NOT NULL,
    action_type VARCHAR(40) NOT NULL,
    status VARCHAR(40) NOT NULL,
    reason VARCHAR,
    result JSON NOT NULL,
    error VARCHAR,
    retry_count INTEGER NOT NULL,
    due_at DATETIME,
    executed_at DATETIME,
    created_at DATETIME NOT NULL,
    updated_at DATETIME NOT NULL,
    UNIQUE (enrollment_id, step_key),
    FOREIGN KEY(enrollment_id) REFERENCES lead_nurture_enrollments (id) ON DELETE CASCADE,
    FOREIGN KEY(lead_id) REFERENCES leads (id) ON DELETE CASCADE,
    FOREIGN KEY(sequence_id) REFERENCES nurture_sequences (id),
    FOREIGN KEY(version_id) REFERENCES sequence_versions (id),
    CONSTRAINT known_executionstatus CHECK (status IN ('pending', 'waiting', 'executed', 'failed', 'skipped'))
);

CREATE INDEX idx_executions_lead ON sequence_executions (lead_id);

CREATE TABLE tasks (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    lead_id INTEGER,
    enrollment_id INTEGER,
    title VARCHAR(255) NOT NULL,
    description VARCHAR,
    task_type VARCHAR(40) NOT NULL,
    priority VARCHAR(40) NOT NULL,
    status VARCHAR(40) NOT NULL,
    assigned_to VARCHAR(100),
    tags JSON NOT NULL,
    due_at DATETIME,
    done_at DATETIME,
    created_at DATETIME NOT NULL,
    updated_at DATETIME NOT NULL,
    FOREIGN KEY(lead_id) REFERENCES leads (id) ON DELETE CASCADE,
    FOREIGN KEY(enrollment_id) REFERENCES lead_nurture_enrollments (id) ON DELETE SET NULL,
    CONSTRAINT known_priority CHECK (priority IN ('low', 'medium', 'high', 'urgent')),
    CONSTRAINT known_taskstatus CHECK (status IN ('open', 'done', 'cancelled'))
);

CREATE INDEX idx_tasks_lead ON tasks (lead_id);

CREATE INDEX idx_tasks_status_due ON tasks (status, due_at);

CREATE TABLE outbox (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    lead_id INTEGER NOT NULL,
    enrollment_id INTEGER NOT NULL,
    execution_id INTEGER NOT NULL,
    sequence_id VARCHAR(100) NOT NULL,
    step_key VARCHAR(100) NOT NULL,
    channel VARCHAR(40) NOT NULL,
    message_id VARCHAR(255) NOT NULL,
    sender VARCHAR(320) NOT NULL,
    recipients JSON NOT NULL,
    copies JSON NOT NULL,
    refused JSON NOT NULL,
    thread JSON NOT NULL,
    subject VARCHAR NOT NULL,
    content BLOB NOT NULL,
    needs_smtputf8 BOOLEAN NOT NULL,
    state VARCHAR(40) NOT NULL,
    reason VARCHAR,
    attempts INTEGER NOT NULL,
    due_at DATETIME NOT NULL,
    queued_at DATETIME NOT NULL,
    in_doubt_at DATETIME,
    sent_at DATETIME,
    opened_at DATETIME,
    clicked_at DATETIME,
    UNIQUE (enrollment_id, step_key),
    FOREIGN KEY(lead_id) REFERENCES leads (id) ON DELETE CASCADE,
    FOREIGN KEY(enrollment_id) REFERENCES lead_nurture_enrollments (id) ON DELETE CASCADE,
    FOREIGN KEY(execution_id) REFERENCES sequence_executions (id) ON DELETE CASCADE,
    UNIQUE (message_id),
    CONSTRAINT known_outboxchannel CHECK (channel IN ('email', 'sms', 'notification')),
    CONSTRAINT known_outboxstate CHECK (state IN ('queued', 'in_doubt', 'sent', 'refused', 'parked'))
);

CREATE INDEX idx_outbox_due ON outbox (state, due_at);

CREATE INDEX idx_outbox_lead ON outbox (lead_id);

CREATE INDEX idx_outbox_opened ON outbox (enrollment_id, step_key, opened_at, clicked_at) WHERE opened_at IS NOT NULL;

CREATE INDEX idx_outbox_sent ON outbox (sent_at);
"""


def apply(connection: sqlite3.Connection) -> None:
    """Create all tables of the first version."""
    for statement in SCHEMA.split(";\n"):
        if statement.strip():
            connection.execute(statement)
