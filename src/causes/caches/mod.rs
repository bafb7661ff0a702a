//! Caches that programs build at install and could build again: of fonts, icons, libraries, pages, messages.

pub(super) mod font_cache;
pub(super) mod icon_cache;
pub(super) mod ldconfig_aux_cache;
pub(super) mod man_index;
pub(super) mod matplotlib_font_list;
pub(super) mod mime_cache;
pub(super) mod systemd_catalog;
