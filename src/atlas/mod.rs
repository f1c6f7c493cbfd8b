//! Carries one request to Atlas and brings back its answer.
