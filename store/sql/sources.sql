-- Where does the data come from?
SELECT DISTINCT CASE WHEN source = '' THEN kind ELSE kind || ':' || source END AS name
FROM run
ORDER BY name
