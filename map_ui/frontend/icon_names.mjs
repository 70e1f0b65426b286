// Names of the icons that are built into dist/: Lucide for controls, Temaki beside all of Maki for places.
export const controlIcons = [
  "accessibility", "arrow-down", "arrow-left", "arrow-up", "calendar", "calendar-clock", "check", "chevron-down", "chevron-left", "chevrons-left", "chevron-right", "chevron-up", "circle-alert",
  "circle-help", "clock", "combine", "compass", "copy", "cloud-off", "crosshair", "download", "ellipsis", "external-link", "eye", "file-pen", "file-text",
  "flag", "git-compare", "globe", "history", "info", "languages", "layers", "link", "list", "list-checks", "list-filter", "list-x", "loader-circle", "locate", "locate-fixed", "lock",
  "log-in", "log-out", "message-circle", "paperclip", "magnet", "map", "map-pin", "maximize", "menu", "minus", "moon", "mouse-pointer-2", "move", "navigation", "pencil", "pencil-line", "phone",
  "plus", "printer", "redo-2", "reply", "rotate-ccw", "rotate-cw", "route", "ruler", "save", "scan", "scan-search", "scissors", "search", "send", "share-2", "shield", "slice", "sliders-horizontal", "spline",
  "square-dashed", "sun", "table", "ticket", "trash-2", "triangle-alert", "undo-2", "unfold-horizontal", "upload", "user", "waypoints", "wifi-off", "x",
];

export const extraPlaceIcons = [
  "boat_tour", "board_ferry", "pier_fixed", "pier_floating", "statue", "obelisk", "paifang", "taoism", "ruins",
  "tree_palm", "islet_tree", "bridge", "domed_tower", "plaque", "info_board", "street_lamp_arm", "security_camera",
  "shield", "military", "police_officer", "lock", "checkpoint", "water_tower", "water_tap", "manhole", "pipe",
  "mast_communication", "tower_communication", "wind_turbine", "gas_meter", "water_meter", "spotting_scope",
  "windsock", "binoculars", "fountain", "sculpture", "storage_tank", "briefcase_info", "lawn", "swamp",
];
