//! Turns a row into an invitation, or says why not.
