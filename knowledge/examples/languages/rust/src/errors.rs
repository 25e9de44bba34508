// region errors
#[derive(Debug, thiserror::Error)]
pub enum OrderError {
    #[error("order {0} not found")]
    NotFound(i64),
    #[error("{field}: {reason}")]
    Invalid { field: &'static str, reason: &'static str },
    #[error("order is already paid")]
    AlreadyPaid,
    #[error("storage failed")] // the cause is kept as source(), not printed to the client
    Storage(#[from] std::io::Error), // sqlx::Error in a real service: From makes ? work
}

pub struct Problem {
    pub status: u16,
    pub detail: Option<String>,
}

impl From<&OrderError> for Problem {
    fn from(error: &OrderError) -> Self {
        let status = match error { // no _ arm: a new variant does not compile until it has a status
            OrderError::NotFound(_) => 404,
            OrderError::Invalid { .. } => 422,
            OrderError::AlreadyPaid => 409,
            OrderError::Storage(_) => 500,
        };
        Problem { status, detail: (status < 500).then(|| error.to_string()) }
    }
}

pub fn load(path: &str) -> Result<i64, OrderError> {
    let text = std::fs::read_to_string(path)?; // io::Error becomes OrderError::Storage
    text.trim().parse().map_err(|_| OrderError::Invalid { field: "total", reason: "not a number" })
}
// endregion errors

#[cfg(test)]
mod tests {
    use super::*;
    use std::error::Error;

    #[test]
    fn question_mark_converts_and_keeps_the_source() {
        let error = load("/does/not/exist").unwrap_err();
        assert!(error.source().is_some());
        let problem = Problem::from(&error);
        assert_eq!((problem.status, problem.detail), (500, None));
        assert_eq!(Problem::from(&OrderError::NotFound(7)).detail.unwrap(), "order 7 not found");
        assert_eq!(Problem::from(&OrderError::AlreadyPaid).status, 409);
    }
}
