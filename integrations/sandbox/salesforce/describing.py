"""An object as ``describe`` has it."""

from integrations.sandbox.salesforce.fields import Field
from integrations.sandbox.salesforce.schema import Entity


def described(entity: Entity) -> dict:
    """With the fields that can be seen."""
    return summary(entity) | {"fields": [_field(field) for field in entity.seen()]}


def summary(entity: Entity) -> dict:
    """Without them."""
    return {
        "name": entity.name,
        "label": entity.label,
        "labelPlural": f"{entity.label}s",
        "keyPrefix": entity.key_prefix,
        "custom": entity.name.endswith("__c"),
        "createable": True,
        "updateable": True,
        "deletable": True,
        "queryable": True,
    }


def _field(field: Field) -> dict:
    writable = field.writable and not field.calculated
    return {
        "name": field.name,
        "label": field.label or field.name,
        "type": field.type,
        "length": field.length,
        "custom": field.name.endswith("__c"),
        "calculated": field.calculated,
        "createable": writable,
        "updateable": writable,
        "nillable": not field.required,
        "filterable": True,
        "sortable": True,
        "referenceTo": list(field.reference_to),
        "relationshipName": field.relationship or None,
        "restrictedPicklist": field.restricted,
        "picklistValues": [
            {"value": value, "label": label, "active": True, "defaultValue": False}
            for value, label in field.picklist
        ],
    }
