//! The real executable.
pub struct Program;
pub struct Running;
pub struct Done;
