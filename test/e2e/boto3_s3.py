"""Walks through S3 with boto3. Usage: boto3_s3.py ENDPOINT"""

import io
import sys
import urllib.request

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError

ENDPOINT = sys.argv[1]
BUCKET = "boto3-objects"


def client(**config):
    return boto3.client(
        "s3",
        endpoint_url=ENDPOINT,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"max_attempts": 1}, **config),
    )


def expect(found, wanted):
    assert found == wanted, f"found {found!r} where {wanted!r} was expected"


def refused(code, call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        expect(error.response["Error"]["Code"], code)
        return error.response
    raise AssertionError(f"{code} was expected")


s3 = client()
s3.create_bucket(Bucket=BUCKET)
s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
first = s3.put_object(Bucket=BUCKET, Key="a folder/é &.txt", Body=b"one", Metadata={"who": "me"})
second = s3.put_object(Bucket=BUCKET, Key="a folder/é &.txt", Body=io.BytesIO(b"two"), ChecksumAlgorithm="SHA256")
got = s3.get_object(Bucket=BUCKET, Key="a folder/é &.txt", VersionId=first["VersionId"])
expect((got["Body"].read(), got["Metadata"]), (b"one", {"who": "me"}))
got = s3.get_object(Bucket=BUCKET, Key="a folder/é &.txt", ChecksumMode="ENABLED")
expect((got["Body"].read(), got["ChecksumSHA256"]), (b"two", second["ChecksumSHA256"]))
expect(s3.list_objects_v2(Bucket=BUCKET)["Contents"][0]["Key"], "a folder/é &.txt")
expect(s3.list_objects_v2(Bucket=BUCKET, Delimiter="/")["CommonPrefixes"], [{"Prefix": "a folder/"}])
versions = s3.list_object_versions(Bucket=BUCKET)["Versions"]
expect([v["IsLatest"] for v in versions], [True, False])

refused("404", s3.head_object, Bucket=BUCKET, Key="none")
expect(refused("NoSuchKey", s3.get_object, Bucket=BUCKET, Key="none")["Error"]["Key"], "none")
refused("PreconditionFailed", s3.put_object, Bucket=BUCKET, Key="a folder/é &.txt", Body=b"", IfNoneMatch="*")

# The transfer manager: parts of five mebibytes, and ranges on the way back.
body = bytes(range(256)) * 4096 * 11
parts = TransferConfig(multipart_threshold=5 << 20, multipart_chunksize=5 << 20)
s3.upload_fileobj(io.BytesIO(body), BUCKET, "large", Config=parts)
expect(s3.head_object(Bucket=BUCKET, Key="large")["ETag"].endswith('-3"'), True)
back = io.BytesIO()
s3.download_fileobj(BUCKET, "large", back, Config=parts)
expect(back.getvalue() == body, True)
s3.copy({"Bucket": BUCKET, "Key": "large"}, BUCKET, "copied", Config=parts)
expect(s3.get_object(Bucket=BUCKET, Key="copied")["Body"].read() == body, True)

# Presigned URLs of both signature versions, without boto3 on the way.
for version in ("s3v4", "s3"):
    signer = client(signature_version=version)
    url = signer.generate_presigned_url("put_object", Params={"Bucket": BUCKET, "Key": version})
    request = urllib.request.Request(url, data=b"presigned", method="PUT")
    expect(urllib.request.urlopen(request).status, 200)
    named = {"Bucket": BUCKET, "Key": version, "ResponseContentType": "text/plain"}
    answer = urllib.request.urlopen(signer.generate_presigned_url("get_object", Params=named))
    expect((answer.read(), answer.headers["Content-Type"]), (b"presigned", "text/plain"))

# The bucket in the host's name; nothing here resolves it, so the request goes where a proxy would bring it.
port = ENDPOINT.rsplit(":", 1)[1]
request = urllib.request.Request(f"{ENDPOINT}/large", headers={"Host": f"{BUCKET}.s3.localhost:{port}", "Range": "bytes=1-3"})
expect(urllib.request.urlopen(request).read(), bytes([1, 2, 3]))

bucket = boto3.resource(
    "s3", endpoint_url=ENDPOINT, region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test"
).Bucket(BUCKET)
bucket.object_versions.delete()
bucket.delete()
refused("404", s3.head_bucket, Bucket=BUCKET)
print("fine")
