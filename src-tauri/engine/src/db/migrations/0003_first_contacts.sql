CREATE INDEX notifications_by_phone ON booking_notifications (phone_key, accepted_at)
    WHERE accepted_at IS NOT NULL;
