"""Pictures that the bot makes. Pillow and numpy only; everything here blocks, so it runs in the thread that decodes."""

from bot.pictures.map import Spot, map_of
from bot.pictures.photo import as_photo
from bot.pictures.sheet import Row, contact_sheet
from bot.pictures.stats import Bar, Bars, stats_of
from bot.pictures.tiles import Tile

__all__ = ["Bar", "Bars", "Row", "Spot", "Tile", "as_photo", "contact_sheet", "map_of", "stats_of"]
