"""The fields that a row of the order report has, as JD's documents and clients of others name them."""

_ROW = """
id orderId parentId orderTime finishTime modifyTime orderEmt plus unionId skuId itemId skuName skuNum skuReturnNum
skuFrozenNum price commissionRate subSideRate subsidyRate finalRate estimateCosPrice estimateFee actualCosPrice
actualFee validCode traceType positionId siteId pid subUnionId ext1 unionTag unionAlias unionRole popId cid1 cid2
cid3 payMonth cpActId rid giftCouponKey giftCouponOcsAmount balanceExt proPriceAmount expressStatus channelId skuTag
callerItemId subCpUnionId orderTag sign goodsInfo imageUrl owner mainSkuId productId shopId shopName categoryInfo
cid1Name cid2Name cid3Name
"""
REPORT_FIELDS = frozenset(_ROW.split())
