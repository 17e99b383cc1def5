"""What both ends of RPC have in common."""


class Serializer:
    """Leaves all as it is, as none of Ironic's objects is sent."""

    def serialize_entity(self, context, entity):
        return entity

    def deserialize_entity(self, context, entity):
        return entity
