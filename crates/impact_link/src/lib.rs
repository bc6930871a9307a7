//! Facts and catalogs to the index of one service.
