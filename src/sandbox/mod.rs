//! A fake Instagram to develop and test against, and the demo shop.
