-- How many manifests a seller logged today is counted from the manifests themselves.
CREATE INDEX manifests_by_time ON manifests (seller, at);
