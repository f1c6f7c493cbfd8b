//! An Atlas-like server inside the program.
