// The projections that VN-2000 zones use; replaces proj4's list of all projections.
import etmerc from "proj4/lib/projections/etmerc";
import tmerc from "proj4/lib/projections/tmerc";

export default function addProjections(proj4) {
  proj4.Proj.projections.add(tmerc);
  proj4.Proj.projections.add(etmerc);
}
