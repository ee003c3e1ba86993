"""Writes src/wire/constraints/*.json: what botocore's models ask of every value a client may send.

Usage: python3 bin/constraints.py OUTPUT_FOLDER

Each file holds `shapes` (by name: type where it is an integer, min, max, pattern, enum, and the constrained shapes of a
list's items, a map's keys and values) and `members` (structure -> member -> shape). Which members are required is not
here: the SDK's own schemas say it, and they are newer.
"""

import json
import pathlib
import sys

import botocore.session

SERVICES = ['codedeploy', 'ecs', 'elbv2', 'lambda', 'iam', 'sts', 'ec2', 'acm', 'cloudwatch', 'logs', 'sns', 'events', 'application-autoscaling', 's3']
LIMITS = ('min', 'max', 'pattern', 'enum')
INTEGERS = ('integer', 'long')


def reachable(model):
    """The names of all shapes that some operation's input holds."""
    shapes, found = model['shapes'], set()
    waiting = [operation['input']['shape'] for operation in model['operations'].values() if 'input' in operation]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        shape = shapes[name]
        waiting += [member['shape'] for member in shape.get('members', {}).values()]
        waiting += [shape[part]['shape'] for part in ('member', 'key', 'value') if part in shape]
    return found


def table(model):
    shapes = model['shapes']
    kept = {}

    def keep(name):
        """Keeps the shape if it or something inside it (not behind a structure) is constrained; says whether it did."""
        if name in kept:
            return True
        shape = shapes[name]
        entry = {limit: shape[limit] for limit in LIMITS if limit in shape}
        if shape['type'] in INTEGERS:
            entry['type'] = shape['type']
        for part, label in (('member', 'item'), ('key', 'key'), ('value', 'value')):
            if part in shape and shapes[shape[part]['shape']]['type'] != 'structure' and keep(shape[part]['shape']):
                entry[label] = shape[part]['shape']
        if entry and shape['type'] != 'structure':
            kept[name] = entry
        return name in kept

    members = {}
    for name in sorted(reachable(model)):
        constrained = {
            member: reference['shape']
            for member, reference in sorted(shapes[name].get('members', {}).items())
            if keep(reference['shape'])
        }
        if constrained:
            members[name] = constrained
    return {'shapes': dict(sorted(kept.items())), 'members': members}


def main(folder):
    loader = botocore.session.get_session().get_component('data_loader')
    for service in SERVICES:
        found = table(loader.load_service_model(service, 'service-2'))
        target = pathlib.Path(folder) / f'{service}.json'
        target.write_text(json.dumps(found, indent=1, sort_keys=True, ensure_ascii=False) + '\n')


if __name__ == '__main__':
    main(sys.argv[1])
