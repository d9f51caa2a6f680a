"""The clerk's marks on Rakuten's orders: sub-status, memo, cancellation, payments."""
