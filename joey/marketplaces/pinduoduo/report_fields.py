"""The fields that a row of the order report has, in its lists and where one order is looked up."""

_ROW = """
order_sn order_id order_status order_status_desc goods_id goods_sign goods_name goods_thumbnail_url goods_quantity
goods_price order_amount promotion_rate promotion_amount order_create_time order_pay_time order_group_success_time
order_receive_time order_verify_time order_settle_time order_modify_at type group_id auth_duo_id zs_duo_id cpa_new
is_direct p_id pid custom_parameters cat_ids batch_no fail_reason price_compare_status platform_discount mall_id
mall_name share_amount share_rate sep_duo_id sep_pid sep_parameters duo_id_service_fee auth_duo_id_service_fee
scene_at_market_fee bandan_risk_consult cps_level subsidy_amount subsidy_type subsidy_list subsidy_duo_amount_level
subsidy_duo_amount_ten_million no_subsidy_reason cash_gift_id red_packet_type return_status sku_id_code point_time
url_last_generate_time cps_sign
"""
REPORT_FIELDS = frozenset(_ROW.split())
