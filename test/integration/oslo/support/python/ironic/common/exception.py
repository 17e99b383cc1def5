"""The exceptions of Ironic's that cross the wire, as Ironic builds them."""


class IronicException(Exception):
    code = 500

    def __init__(self, message=None, **kwargs):
        self.kwargs = kwargs
        self.kwargs.setdefault('code', self.code)
        super().__init__(message)


class NotFound(IronicException):
    code = 404


class NodeNotFound(NotFound):
    pass


class Invalid(IronicException):
    code = 400


class UnsupportedDriverExtension(Invalid):
    pass
