"""Walks through CloudWatch Logs with boto3. Usage: boto3_logs.py ENDPOINT"""

import sys
import time

import boto3
from botocore.config import Config

logs = boto3.client(
    "logs",
    endpoint_url=sys.argv[1],
    region_name="us-east-1",
    aws_access_key_id="test",
    aws_secret_access_key="test",
    config=Config(retries={"max_attempts": 1}),
)
GROUP, STREAM = "/boto3/app", "web/1"


def expect(found, wanted):
    assert found == wanted, f"found {found!r} where {wanted!r} was expected"


logs.create_log_group(logGroupName=GROUP, tags={"team": "blue"})
logs.create_log_stream(logGroupName=GROUP, logStreamName=STREAM)
now = int(time.time() * 1000)
levels = ["INFO", "ERROR", "INFO", "ERROR"]
events = [{"timestamp": now - 10 + n, "message": f'{{"level": "{level}", "n": {n}}}'} for n, level in enumerate(levels)]
put = logs.put_log_events(logGroupName=GROUP, logStreamName=STREAM, logEvents=events)
assert put["nextSequenceToken"] and "rejectedLogEventsInfo" not in put

pages = logs.get_paginator("filter_log_events").paginate(
    logGroupName=GROUP, filterPattern='{ $.level = "ERROR" }', PaginationConfig={"PageSize": 1}
)
expect([event["message"] for page in pages for event in page["events"]], [events[1]["message"], events[3]["message"]])

read, token = [], None
while True:
    more = {"nextToken": token} if token else {}
    page = logs.get_log_events(logGroupName=GROUP, logStreamName=STREAM, startFromHead=True, limit=3, **more)
    read += [event["message"] for event in page["events"]]
    if page["nextForwardToken"] == token:
        break
    token = page["nextForwardToken"]
expect(read, [event["message"] for event in events])


# As `aws logs tail --follow` does: from the last event on, again and again, and each id once.
seen, followed, start = set(), [], now - 60_000


def follow():
    global start
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName=GROUP, interleaved=True, startTime=start)
    for event in (event for page in pages for event in page["events"]):
        start = max(start, event["timestamp"])
        if event["eventId"] not in seen:
            seen.add(event["eventId"])
            followed.append(event["message"])


follow()
late = {"timestamp": events[3]["timestamp"], "message": "of the same instant"}
logs.put_log_events(logGroupName=GROUP, logStreamName=STREAM, logEvents=[late])
follow()
follow()
expect(followed, [event["message"] for event in events] + [late["message"]])

logs.put_retention_policy(logGroupName=GROUP, retentionInDays=7)
(group,) = [
    group
    for page in logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix="/boto3/")
    for group in page["logGroups"]
]
expect(group["retentionInDays"], 7)
expect(logs.list_tags_for_resource(resourceArn=group["logGroupArn"])["tags"], {"team": "blue"})
(stream,) = logs.describe_log_streams(logGroupName=GROUP, orderBy="LastEventTime", descending=True)["logStreams"]
expect(stream["lastEventTimestamp"], events[3]["timestamp"])

try:
    logs.create_log_group(logGroupName=GROUP)
    raise AssertionError("a second group of the same name was made")
except logs.exceptions.ResourceAlreadyExistsException as error:
    expect(error.response["Error"]["Message"], "The specified log group already exists")
logs.delete_log_group(logGroupName=GROUP)
try:
    logs.get_log_events(logGroupName=GROUP, logStreamName=STREAM)
    raise AssertionError("a deleted group was read")
except logs.exceptions.ResourceNotFoundException as error:
    expect(error.response["Error"]["Message"], "The specified log group does not exist.")
print("fine")
