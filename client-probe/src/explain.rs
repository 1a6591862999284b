//! What a code means: every code space, with how sure each statement is.
