"""The functions of the order API the sandbox speaks (rms/order-api.md §0)."""

from connectors.sandbox.order_api import (
    asynchronous,
    cancel,
    confirm,
    get_order,
    memo,
    search,
    shipping,
    sub_status,
)
from connectors.sandbox.order_api.calls import Function

FUNCTIONS = {
    function.name: function
    for function in (
        Function("searchOrder", search.CODE, search.search_order, search.refused),
        Function("getOrder", get_order.CODE, get_order.get_order, get_order.refused),
        Function("confirmOrder", confirm.CODE, confirm.confirm_order),
        Function("updateOrderShipping", shipping.CODE, shipping.update_order_shipping),
        Function(
            "updateOrderShippingAsync",
            asynchronous.CODE,
            asynchronous.update_order_shipping_async,
        ),
        Function(
            "getResultUpdateOrderShippingAsync",
            asynchronous.RESULT_CODE,
            asynchronous.get_result,
            asynchronous.refused,
        ),
        Function(
            "getSubStatusList",
            sub_status.LIST_CODE,
            sub_status.get_sub_status_list,
            body_optional=True,
        ),
        Function(
            "updateOrderSubStatus", sub_status.CODE, sub_status.update_order_sub_status
        ),
        Function("updateOrderMemo", memo.CODE, memo.update_order_memo),
        Function("cancelOrder", cancel.CODE, cancel.cancel_order),
    )
}
