from .brand import Brand
from .pages import ContactPage, HomePage, ServicesPage

__all__ = ["Brand", "ContactPage", "HomePage", "ServicesPage"]
