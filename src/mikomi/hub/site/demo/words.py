"""The parts that invented names are put together from. No real company or person is meant.

Every entry is `writing reading romaji`; the reading of people is in katakana.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Industry:
    """An industry: its share of the companies, how much it wants the product, its trade words."""

    name: str
    share: float
    interest: float
    trades: tuple[tuple[str, ...], ...]


def _entries(text: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(word.split("/")) for word in text.split())


INDUSTRIES = (
    Industry("金属加工", 0.16, 0.5, _entries("製作所/seisakusho 鉄工/tekko 金属/kinzoku 鍛工/tanko")),
    Industry("機械製造", 0.14, 0.6, _entries("精機/seiki 機械工業/kikai 機工/kiko 工作機/kosakuki")),
    Industry("電子部品", 0.12, 0.5, _entries("電子/denshi 電機/denki 精密/seimitsu 通信機/tsushinki")),
    Industry("食品製造", 0.12, 0.1, _entries("食品/shokuhin 製菓/seika 醸造/jozo フーズ/foods")),
    Industry("化学・樹脂", 0.10, 0.3, _entries("化成/kasei 樹脂/jushi 化学/kagaku ケミカル/chemical")),
    Industry("自動車部品", 0.08, 0.7, _entries("自動車部品/parts 発条/hatsujo 鋳造/chuzo 内装/naiso")),
    Industry("印刷・紙器", 0.06, -0.2, _entries("印刷/insatsu 紙器/shiki 紙工/shiko パッケージ/package")),
    Industry("卸売業", 0.08, -0.7, _entries("商事/shoji 物産/bussan 商会/shokai 産業/sangyo")),
    Industry("建設業", 0.05, -1.0, _entries("建設/kensetsu 工務店/komuten 設備/setsubi 組/gumi")),
    Industry(
        "情報通信", 0.05, -1.2, _entries("システム/system ソフト/soft データ/data ネットワーク/network")
    ),
    Industry("サービス業", 0.04, -1.3, _entries("サービス/service 人材/jinzai 警備/keibi 企画/kikaku")),
)

STEM_HEADS = _entries(
    "汐/shio 凪/nagi 霞/kasumi 翠/midori 嶺/mine 渚/nagisa 榛/haru 朝霧/asagiri 北浜/kitahama "
    "若瀬/wakase 青葉野/aobano 白帆/shiraho 暁/akatsuki 茜/akane 楓/kaede 椿/tsubaki 萩/hagi "
    "柊/hiiragi 樫/kashi 桐/kiri 篠/shino 笹/sasa 葦/ashi 蒼/ao"
)
STEM_TAILS = _entries(
    "/ 原/hara 沢/sawa 瀬/se 峰/mine 丘/oka 波/nami 森/mori 代/shiro 川/kawa 里/sato 見/mi 津/tsu "
    "崎/saki 野/no 坂/saka 谷/tani 島/shima 井/i 田/da 橋/hashi 岳/take 江/e 塚/tsuka"
)

LEGAL_FORMS = (
    ("株式会社{}", 0.52),
    ("{}株式会社", 0.24),
    ("有限会社{}", 0.09),
    ("㈱{}", 0.06),
    ("{}㈱", 0.03),
    ("（株）{}", 0.03),
    ("合同会社{}", 0.03),
)

PREFECTURES = (
    ("愛知県", "052", 0.17),
    ("大阪府", "06", 0.14),
    ("静岡県", "054", 0.09),
    ("東京都", "03", 0.12),
    ("神奈川県", "045", 0.09),
    ("埼玉県", "048", 0.08),
    ("兵庫県", "078", 0.07),
    ("長野県", "026", 0.05),
    ("群馬県", "027", 0.05),
    ("三重県", "059", 0.04),
    ("広島県", "082", 0.04),
    ("福岡県", "092", 0.03),
    ("新潟県", "025", 0.03),
)

DEPARTMENTS = (
    ("生産管理部", 0.24, 0.7),
    ("製造部", 0.20, 0.4),
    ("情報システム部", 0.14, 0.3),
    ("品質保証部", 0.10, 0.1),
    ("経営企画部", 0.08, 0.2),
    ("購買部", 0.07, -0.2),
    ("総務部", 0.08, -0.6),
    ("営業部", 0.09, -0.7),
)

TITLES = (
    ("", 0.36, -0.2),
    ("主任", 0.15, 0.0),
    ("係長", 0.14, 0.1),
    ("課長", 0.18, 0.4),
    ("部長", 0.10, 0.5),
    ("工場長", 0.03, 0.6),
    ("代表取締役", 0.04, 0.3),
)

SOURCES = (
    ("資料請求", 0.29),
    ("展示会", 0.27),
    ("セミナー", 0.15),
    ("ウェブ広告", 0.10),
    ("名刺交換", 0.08),
    ("問い合わせ", 0.06),
    ("紹介", 0.05),
)

FAMILY_NAMES = _entries(
    "佐藤/サトウ/sato 鈴木/スズキ/suzuki 高橋/タカハシ/takahashi 田中/タナカ/tanaka 伊藤/イトウ/ito "
    "渡辺/ワタナベ/watanabe 山本/ヤマモト/yamamoto 中村/ナカムラ/nakamura 小林/コバヤシ/kobayashi "
    "加藤/カトウ/kato 吉田/ヨシダ/yoshida 山田/ヤマダ/yamada 山口/ヤマグチ/yamaguchi "
    "松本/マツモト/matsumoto 井上/イノウエ/inoue 木村/キムラ/kimura 林/ハヤシ/hayashi "
    "清水/シミズ/shimizu 斎藤/サイトウ/saito 髙田/タカダ/takada 森/モリ/mori 池田/イケダ/ikeda "
    "橋本/ハシモト/hashimoto 山下/ヤマシタ/yamashita 石川/イシカワ/ishikawa 中島/ナカジマ/nakajima "
    "前田/マエダ/maeda 藤田/フジタ/fujita 小川/オガワ/ogawa 岡田/オカダ/okada 後藤/ゴトウ/goto "
    "長谷川/ハセガワ/hasegawa 石井/イシイ/ishii 村上/ムラカミ/murakami 近藤/コンドウ/kondo "
    "坂本/サカモト/sakamoto 遠藤/エンドウ/endo 青木/アオキ/aoki 藤井/フジイ/fujii "
    "西村/ニシムラ/nishimura 福田/フクダ/fukuda 太田/オオタ/ota 三浦/ミウラ/miura "
    "藤原/フジワラ/fujiwara 松田/マツダ/matsuda 岡本/オカモト/okamoto 中川/ナカガワ/nakagawa "
    "中野/ナカノ/nakano 原田/ハラダ/harada 小野/オノ/ono 田村/タムラ/tamura 竹内/タケウチ/takeuchi "
    "金子/カネコ/kaneko 和田/ワダ/wada 中山/ナカヤマ/nakayama 石田/イシダ/ishida 上田/ウエダ/ueda "
    "森田/モリタ/morita 柴田/シバタ/shibata 宮崎/ミヤザキ/miyazaki 酒井/サカイ/sakai 工藤/クドウ/kudo "
    "横山/ヨコヤマ/yokoyama 宮本/ミヤモト/miyamoto 内田/ウチダ/uchida 高木/タカギ/takagi "
    "安藤/アンドウ/ando 島田/シマダ/shimada 谷口/タニグチ/taniguchi 大野/オオノ/ohno "
    "丸山/マルヤマ/maruyama 今井/イマイ/imai 河野/コウノ/kono 藤本/フジモト/fujimoto "
    "村田/ムラタ/murata 武田/タケダ/takeda 杉山/スギヤマ/sugiyama 増田/マスダ/masuda "
    "平野/ヒラノ/hirano 千葉/チバ/chiba 久保/クボ/kubo 岩崎/イワサキ/iwasaki 桜井/サクライ/sakurai "
    "野口/ノグチ/noguchi"
)
GIVEN_NAMES = _entries(
    "健太/ケンタ/kenta 大輔/ダイスケ/daisuke 翔/ショウ/sho 拓也/タクヤ/takuya 直樹/ナオキ/naoki "
    "和也/カズヤ/kazuya 誠/マコト/makoto 浩二/コウジ/koji 隆/タカシ/takashi 修/オサム/osamu "
    "俊介/シュンスケ/shunsuke 亮/リョウ/ryo 洋平/ヨウヘイ/yohei 雄一/ユウイチ/yuichi "
    "哲也/テツヤ/tetsuya 正人/マサト/masato 智之/トモユキ/tomoyuki 光一/コウイチ/koichi "
    "剛/ツヨシ/tsuyoshi 悟/サトル/satoru 裕介/ユウスケ/yusuke 達也/タツヤ/tatsuya 貴志/タカシ/takashi "
    "進/ススム/susumu 勇気/ユウキ/yuki 陽一/ヨウイチ/yoichi 慎吾/シンゴ/shingo 英樹/ヒデキ/hideki "
    "純/ジュン/jun 努/ツトム/tsutomu 美咲/ミサキ/misaki 陽子/ヨウコ/yoko 恵/メグミ/megumi "
    "裕子/ユウコ/yuko 真由美/マユミ/mayumi 香織/カオリ/kaori 愛/アイ/ai 千尋/チヒロ/chihiro "
    "由美子/ユミコ/yumiko 彩/アヤ/aya 奈々/ナナ/nana 麻衣/マイ/mai 智子/トモコ/tomoko "
    "久美子/クミコ/kumiko 葵/アオイ/aoi 友美/トモミ/tomomi 沙織/サオリ/saori 理恵/リエ/rie "
    "瞳/ヒトミ/hitomi 直美/ナオミ/naomi"
)

LOST_REASONS = (
    ("予算が取れない", 0.28),
    ("他社に決定", 0.27),
    ("時期尚早", 0.25),
    ("要件が合わない", 0.12),
    ("担当者の異動", 0.08),
)
WON_REASONS = (
    ("現場での使いやすさ", 0.36),
    ("導入支援", 0.26),
    ("価格", 0.20),
    ("同業の導入事例", 0.18),
)
REJECTED_REASONS = (
    ("規模が合わない", 0.42),
    ("製造業ではない", 0.33),
    ("情報収集のみ", 0.25),
)
