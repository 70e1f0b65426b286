"use strict";
/** The page's own words, by language. */
const WORDS = {
  vi: {
    layers: "Lớp bản đồ",
    legend: "Chú giải và nguồn",
    source: "Nguồn",
    owner: "Đơn vị phụ trách",
    licence: "Giấy phép",
    date: "Ngày dữ liệu",
    count: "đối tượng",
    invented: "Dữ liệu minh họa, không dùng để ra quyết định",
    public: "Chỉ gồm dữ liệu công khai",
    made: "Lập ngày",
    ground: "Bản đồ nền",
    zoomIn: "Phóng to",
    zoomOut: "Thu nhỏ",
    close: "Đóng",
    map: "Bản đồ",
  },
  en: {
    layers: "Map layers",
    legend: "Legend and sources",
    source: "Source",
    owner: "Responsible office",
    licence: "Licence",
    date: "Date of the data",
    count: "features",
    invented: "Illustrative data, not for decisions",
    public: "Public data only",
    made: "Made on",
    ground: "Background",
    zoomIn: "Zoom in",
    zoomOut: "Zoom out",
    close: "Close",
    map: "Map",
  },
};

/** An element with text nodes and elements inside; nothing is ever read as HTML. */
function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children.filter((child) => child !== null && child !== ""));
  return made;
}
