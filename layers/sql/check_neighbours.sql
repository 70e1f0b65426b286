-- Overlaps and slivers between edited areas and what lies beside them, measured in the city's zone (m²).
-- Another step of the same change set counts with its new shape, a feature that the set changes or
-- deletes not with its old one. What the reader may not see is not there.
WITH edited AS MATERIALIZED (
    SELECT e.key, e.feature_id, shape.geom, public.ST_Transform(shape.geom, {zone}) AS shape_m
    FROM unnest(%(keys)s::text[], %(ids)s::bigint[], %(shapes)s::bytea[]) AS e (key, feature_id, wkb)
    CROSS JOIN LATERAL (SELECT public.ST_GeomFromWKB(e.wkb, {storage}) AS geom) AS shape
), beside AS MATERIALIZED (
    SELECT e.key, t.feature_key AS called, public.ST_Transform(t.geom, {zone}) AS other_m
    FROM edited AS e
    JOIN city.{table} AS t ON t.geom && public.ST_Expand(e.geom, {reach_deg})
    WHERE t.layer_id = %(layer_id)s AND t.sensitivity <= %(level)s AND t.id <> ALL (%(touched)s::bigint[])
      AND (NOT %(current_only)s OR t.valid_to IS NULL OR t.valid_to >= %(today)s)
    UNION ALL
    SELECT e.key, o.key, o.shape_m
    FROM edited AS e JOIN edited AS o ON o.key <> e.key AND o.geom && public.ST_Expand(e.geom, {reach_deg})
), sound AS MATERIALIZED (
    SELECT key, called,
           CASE WHEN public.ST_IsValid(other_m) THEN other_m
                ELSE public.ST_CollectionExtract(public.ST_MakeValid(other_m), 3) END AS other_m
    FROM beside
), shared AS (
    SELECT s.key, s.called, public.ST_CollectionExtract(public.ST_Intersection(e.shape_m, s.other_m), 3) AS part_m,
           coalesce(public.ST_Area(public.ST_Intersection(public.ST_Transform(t.geom, {zone}), s.other_m)), 0) AS before_m2
    FROM sound AS s
    JOIN edited AS e ON e.key = s.key AND public.ST_Intersects(e.shape_m, s.other_m)
    LEFT JOIN city.{table} AS t ON t.id = e.feature_id
), together AS (
    SELECT e.key, e.shape_m,
           public.ST_UnaryUnion(public.ST_Collect(e.shape_m, public.ST_Collect(
               public.ST_ClipByBox2D(s.other_m, public.ST_Expand(public.Box2D(e.shape_m), 4 * {gap_m}))))) AS all_m
    FROM edited AS e
    JOIN sound AS s ON s.key = e.key AND public.ST_DWithin(s.other_m, e.shape_m, {gap_m})
    GROUP BY e.key, e.shape_m
), gaps AS (
    SELECT g.key, g.shape_m, (public.ST_Dump(public.ST_Difference(
               public.ST_Buffer(public.ST_Buffer(g.all_m, {gap_m} / 2, 'join=mitre mitre_limit=3'),
                                -{gap_m} / 2, 'join=mitre mitre_limit=3'), g.all_m))).geom AS part_m
    FROM together AS g
)
SELECT 'overlap' AS code, key, called, public.ST_Area(part_m) AS area_m2, before_m2,
       public.ST_AsBinary(public.ST_Transform(public.ST_PointOnSurface(part_m), {storage})) AS place
FROM shared WHERE public.ST_Area(part_m) > {least_overlap_m2}
UNION ALL
SELECT 'gap', key, '', public.ST_Area(part_m), 0,
       public.ST_AsBinary(public.ST_Transform(public.ST_PointOnSurface(part_m), {storage}))
FROM gaps WHERE public.ST_Area(part_m) > {least_gap_m2} AND public.ST_DWithin(part_m, shape_m, 0.01)
ORDER BY 1, 2, 4 DESC
LIMIT {most}
