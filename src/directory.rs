//! Names and people of the organization, read before the first invite.
