//! The only renderers of transcripts and diagnoses: text and JSON.
