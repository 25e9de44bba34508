from rest_framework import mixins, permissions, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import APIException
from rest_framework.response import Response

from django_shop.models import Customer, Order, OrderLine
from django_shop.order_service import OutOfStock, place_order


class LineSerializer(serializers.ModelSerializer):
    class Meta:
        model = OrderLine
        fields = ["sku", "quantity"]
        extra_kwargs = {"quantity": {"min_value": 1, "max_value": 1000}}


# region serializers
class OrderOut(serializers.ModelSerializer):
    lines = LineSerializer(many=True, read_only=True)
    customer = serializers.CharField(source="customer.name", read_only=True)

    class Meta:
        model = Order
        fields = ["id", "reference", "status", "customer", "lines"]  # never "__all__"
        read_only_fields = fields


class OrderIn(serializers.Serializer):
    reference = serializers.CharField(max_length=40)
    customer = serializers.PrimaryKeyRelatedField(queryset=Customer.objects.none())
    lines = LineSerializer(many=True, allow_empty=False, max_length=100)

    def __init__(self, *args, organisation, **kwargs):
        super().__init__(*args, **kwargs)
        # a customer id of another tenant is "does not exist", as if it had been invented
        self.fields["customer"].queryset = Customer.objects.filter(organisation=organisation)

    def validate_lines(self, lines):
        if len({line["sku"] for line in lines}) != len(lines):
            raise serializers.ValidationError("Each sku may appear once.")
        return lines

    def validate(self, data):
        if unknown := set(self.initial_data) - set(self.fields):  # DRF drops unknown names in silence
            raise serializers.ValidationError({name: "Unknown field." for name in sorted(unknown)})
        return data
# endregion


class Conflict(APIException):
    status_code = status.HTTP_409_CONFLICT


# region viewset
class MayChangeOrder(permissions.BasePermission):
    """Object level: colleagues may read the order, only its author may cancel it."""

    def has_object_permission(self, request, view, order):
        return request.method in permissions.SAFE_METHODS or order.created_by_id == request.user.pk


class OrderViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    permission_classes = [permissions.IsAuthenticated, MayChangeOrder]
    serializer_class = OrderOut

    def get_queryset(self):  # tenant first: a foreign id is 404 on every route, the custom ones included
        return Order.objects.visible_to(self.request.user).for_list().order_by("pk")

    def create(self, request):
        organisation = request.user.organisations.get()  # from the session, never from the body
        data = OrderIn(data=request.data, organisation=organisation)
        data.is_valid(raise_exception=True)
        try:
            order = place_order(organisation=organisation, user=request.user, **data.validated_data)
        except OutOfStock as error:
            raise Conflict(f"Not enough {error} in stock.") from error
        return Response(OrderOut(order).data, status=status.HTTP_201_CREATED)

    @action(detail=True, methods=["post"])
    def cancel(self, request, pk):
        order = self.get_object()  # runs has_object_permission; Order.objects.get(pk=pk) would not
        order.status = "cancelled"
        order.save(update_fields=["status"])
        return Response(status=status.HTTP_204_NO_CONTENT)
# endregion


class UnsafeOrderSerializer(serializers.ModelSerializer):
    class Meta:
        model = Order
        fields = "__all__"


class UnsafeOrderViewSet(viewsets.ModelViewSet):
    """What the guide warns of: all rows, all fields, and a permission that is never asked about the object."""

    serializer_class = UnsafeOrderSerializer
    queryset = Order.objects.all()

    @action(detail=True, methods=["post"])
    def cancel(self, request, pk):
        Order.objects.filter(pk=pk).update(status="cancelled")
        return Response(status=status.HTTP_204_NO_CONTENT)
