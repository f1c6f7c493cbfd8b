//! JSON values that may have another type than documented. A value of the wrong type is `None` and does not affect
//! others.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// A string, or `None`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::atlas) struct Text<'a>(pub(in crate::atlas) Option<Cow<'a, str>>);

/// A whole number that is not negative, or `None`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::atlas) struct Number(pub(in crate::atlas) Option<u64>);

/// An array, or `None`. Its elements must be loose themselves.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct List<T>(pub(super) Option<Vec<T>>);

/// An object, or `None`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Object<T>(pub(super) Option<T>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Default for Object<T> {
    fn default() -> Self {
        Self(None)
    }
}

/// Defines visitor methods that ignore JSON values of the given types.
macro_rules! ignore_types {
    (bool) => {
        fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
            Ok(Default::default())
        }
        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(Default::default())
        }
        fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
            Ok(Default::default())
        }
        fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
            Ok(Default::default())
        }
    };
    (u64) => {
        fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
            Ok(Default::default())
        }
    };
    (str) => {
        fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
            Ok(Default::default())
        }
    };
    (seq) => {
        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
            while seq.next_element::<IgnoredAny>()?.is_some() {}
            Ok(Default::default())
        }
    };
    (map) => {
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            Ok(Default::default())
        }
    };
    ($($kind:tt)+) => { $(ignore_types!($kind);)+ };
}
pub(super) use ignore_types;

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Strings<'a>(PhantomData<&'a ()>);

        impl<'de: 'a, 'a> Visitor<'de> for Strings<'a> {
            type Value = Text<'a>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("anything")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Text(Some(Cow::Borrowed(text))))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Text(Some(Cow::Owned(text.to_owned()))))
            }

            ignore_types!(bool u64 seq map);
        }

        deserializer.deserialize_any(Strings(PhantomData))
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Numbers;

        impl<'de> Visitor<'de> for Numbers {
            type Value = Number;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("anything")
            }

            fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
                Ok(Number(Some(number)))
            }

            ignore_types!(bool str seq map);
        }

        deserializer.deserialize_any(Numbers)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Lists<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Lists<T> {
            type Value = List<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("anything")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut list = Vec::new();
                while let Some(element) = seq.next_element()? {
                    list.push(element);
                }
                Ok(List(Some(list)))
            }

            ignore_types!(bool u64 str map);
        }

        deserializer.deserialize_any(Lists(PhantomData))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Objects<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Objects<T> {
            type Value = Object<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("anything")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                T::deserialize(serde::de::value::MapAccessDeserializer::new(map)).map(|object| Object(Some(object)))
            }

            ignore_types!(bool u64 str seq);
        }

        deserializer.deserialize_any(Objects(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize, Default, Debug, PartialEq)]
    #[serde(default)]
    struct Everything<'a> {
        #[serde(borrow)]
        text: Text<'a>,
        number: Number,
        #[serde(borrow)]
        list: List<Text<'a>>,
        object: Object<Inner>,
    }

    #[derive(Deserialize, Default, Debug, PartialEq)]
    #[serde(default)]
    struct Inner {
        number: Number,
    }

    #[test]
    fn a_value_of_the_expected_type_is_read() {
        let json = r#"{"text":"a","number":1,"list":["b",null,2],"object":{"number":3,"x":[]}}"#;
        let read: Everything<'_> = serde_json::from_str(json).unwrap();
        assert!(matches!(read.text.0, Some(Cow::Borrowed("a"))));
        assert_eq!(read.number.0, Some(1));
        assert_eq!(read.list.0.unwrap().len(), 3);
        assert_eq!(read.object.0.unwrap().number.0, Some(3));
    }

    #[test]
    fn a_value_of_another_type_is_ignored() {
        let values = ["null", "true", "1.5", "-1", "1", "\"a\\n\"", "[[1]]", "{\"a\":{}}"];
        for value in values {
            for key in ["text", "number", "list", "object"] {
                let json = format!(r#"{{"{key}":{value},"unknown":{value}}}"#);
                let read = serde_json::from_str::<Everything<'_>>(&json);
                assert!(read.is_ok(), "{json}: {read:?}");
            }
        }
    }
}
