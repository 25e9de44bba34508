use serde::{Deserialize, Deserializer, Serialize};

// region patch
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct OrderPatch {
    #[serde(default, deserialize_with = "present")]
    pub note: Option<Option<String>>, // None: absent, Some(None): null, Some(Some(_)): a value
    pub max_items: Option<u32>, // absent and null are the same here: None
}

/// Runs only when the member exists, so null becomes Some(None).
fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(input: D) -> Result<Option<T>, D::Error> {
    T::deserialize(input).map(Some)
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    OrderPaid { order_id: i64 },
    #[serde(other)] // an event type of a newer producer
    Unknown,
}

#[derive(Serialize)]
pub struct OrderView<'a> {
    #[serde(serialize_with = "as_text")]
    pub id: i64, // beyond 2^53 JavaScript would round it
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<&'a str>,
}

fn as_text<S: serde::Serializer>(id: &i64, out: S) -> Result<S::Ok, S::Error> {
    out.collect_str(id)
}
// endregion patch

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{from_str, to_string};

    #[test]
    fn absent_null_value_unknown() {
        assert_eq!(from_str::<OrderPatch>("{}").unwrap().note, None);
        assert_eq!(from_str::<OrderPatch>(r#"{"note":null}"#).unwrap().note, Some(None));
        assert_eq!(from_str::<OrderPatch>(r#"{"note":"x","maxItems":2}"#).unwrap().note, Some(Some("x".into())));
        assert!(from_str::<OrderPatch>(r#"{"owner":"x"}"#).unwrap_err().to_string().contains("unknown field"));
        assert!(from_str::<OrderPatch>(r#"{"maxItems":1,"maxItems":2}"#).is_err()); // duplicates
        assert_eq!(from_str::<Event>(r#"{"type":"order_paid","order_id":7}"#).unwrap(), Event::OrderPaid { order_id: 7 });
        assert_eq!(from_str::<Event>(r#"{"type":"order_refunded","x":1}"#).unwrap(), Event::Unknown);
        let view = OrderView { id: 9007199254740993, note: None };
        assert_eq!(to_string(&view).unwrap(), r#"{"id":"9007199254740993"}"#);
    }
}
