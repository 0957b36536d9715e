"""Writes what means the same in the same way, character by character, so that every position stays right."""

from __future__ import annotations

import re

# Traditional characters, each followed by the simplified one. Those of Japanese that look like them are folded as well,
# and so are the words that are looked for: what counts is that both sides agree.
_TRADITIONAL = (
    "寫写著着書书標标題题畫画圖图個个們们這这張张長长場场陽阳陰阴東东車车風风飛飞馬马鳥鸟魚鱼龍龙門门開开關关閃闪間间聞闻頭头顏颜顯显顶顶頂顶項项順顺"
    "須须預预領领頻频題题額额願愿類类顆颗風风飄飘飯饭飲饮飾饰餅饼館馆駕驾駛驶騎骑驚惊體体髮发鬆松鮮鲜鹹咸麗丽麥麦麵面黃黄點点齊齐齒齿齡龄"
    "亂乱亞亚來来侖仑倫伦偉伟側侧傑杰傘伞傳传傷伤債债僅仅價价儀仪億亿優优兒儿內内兩两冊册凍冻劃划則则創创別别動动務务勝胜勞劳勢势勵励匯汇區区協协"
    "單单卻却厚厚參参雙双發发變变號号嗎吗單单嚴严國国圍围園园圓圆團团執执報报場场塊块塵尘塗涂壓压壞坏壯壮壽寿夠够夢梦夾夹奪夺婦妇媽妈學学寧宁實实"
    "審审寬宽寫写寶宝將将專专尋寻對对導导層层屬属岡冈島岛峽峡崗岗嶺岭嶄崭巖岩幀帧帳帐幣币幹干幾几庫库廁厕廂厢廚厨廟庙廠厂廣广廳厅張张強强彈弹彎弯"
    "後后徑径從从復复徵征態态慘惨慶庆憂忧憑凭懸悬應应懷怀戀恋戰战戶户拋抛掃扫掛挂採采換换揮挥損损搖摇撈捞撲扑擁拥擇择擊击擋挡據据擠挤擬拟擴扩擺摆"
    "攝摄敗败敘叙數数斂敛斷断於于時时晉晋晝昼暈晕暫暂曬晒曉晓會会朧胧條条棄弃極极構构槍枪楊杨業业樂乐樓楼標标樣样樸朴樹树橋桥機机橫横檔档檢检檯台"
    "櫃柜櫻樱欄栏權权歐欧歡欢歲岁歸归殘残殺杀殼壳毀毁氣气氳氲沒没決决況况涼凉淨净淺浅渾浑湊凑湧涌溫温準准溝沟滅灭滑滑滾滚滿满漁渔漢汉漸渐漿浆潑泼"
    "潔洁潤润澤泽濃浓濕湿濛蒙濟济濤涛濾滤瀏浏灑洒灘滩灣湾災灾為为烏乌無无煙烟煉炼熱热熒荧燈灯燒烧燙烫燦灿營营爐炉爛烂爭争爺爷牆墙牽牵狀状狹狭獨独"
    "獎奖獲获獻献獸兽玆兹現现瑪玛環环璃璃瓊琼產产畢毕異异當当療疗癒愈盜盗盞盏盡尽監监盤盘眾众睏困矚瞩矯矫砲炮硯砚碼码確确礦矿祕秘禮礼禪禅種种稱称"
    "穀谷積积穩稳窩窝窮穷窯窑竅窍競竞筆笔節节範范築筑簡简簷檐簽签籃篮籤签籠笼籬篱糧粮紀纪約约紅红紋纹納纳純纯紗纱紙纸級级紛纷紡纺細细紳绅終终組组"
    "結结絕绝絲丝絨绒統统經经綠绿維维網网綴缀綵彩綜综綢绸綻绽緊紧緒绪線线締缔編编緩缓練练縐绉縣县縫缝縮缩縱纵總总績绩繁繁織织繞绕繡绣繩绳繪绘繫系"
    "續续纏缠纖纤罰罚羅罗義义習习翹翘聖圣聚聚聞闻聯联聲声聳耸職职聽听肅肃脈脉腳脚腦脑臉脸臘腊臥卧臨临臺台與与興兴舉举舊旧艙舱艷艳藍蓝藝艺藥药蘆芦"
    "蘋苹蘭兰處处虛虚蟲虫蠟蜡術术衛卫衝冲袞衮補补裝装裡里裏里製制複复襯衬襲袭見见規规視视親亲覺觉覽览觀观觸触訂订計计討讨訊讯記记訪访設设許许訴诉"
    "註注詞词試试詩诗話话該该詳详誇夸語语誠诚誤误說说誰谁課课調调談谈請请論论諧谐謎谜講讲謝谢證证識识譜谱譯译議议護护讓让豐丰豎竖貓猫貝贝負负財财"
    "貨货販贩貴贵買买費费貼贴賀贺資资賓宾賞赏賣卖質质賴赖購购贈赠趙赵跡迹踏踏踐践蹤踪躍跃軌轨軍军軟软軸轴較较載载輕轻輛辆輝辉輪轮輯辑輸输轉转轎轿"
    "轟轰辦办農农迴回這这連连週周進进遊游運运過过達达違违遙遥遞递遠远適适遷迁選选遺遗還还邊边郵邮鄉乡鄰邻醜丑醫医釀酿釋释鈕钮針针釣钓鈔钞鈴铃鉛铅"
    "銀银銅铜銘铭銳锐鋁铝鋒锋鋪铺鋼钢錄录錢钱錦锦錯错鍋锅鍵键鎖锁鎮镇鏡镜鐘钟鐵铁鑄铸鑑鉴鑽钻閃闪閉闭閒闲間间閣阁閱阅闊阔闆板陣阵陳陈陸陆隊队階阶"
    "際际隨随險险隱隐隻只雜杂雞鸡離离難难雲云電电霧雾靈灵靜静響响頁页韓韩顛颠飽饱餐餐養养餘余驗验鬧闹鬱郁魯鲁鴿鸽鶴鹤鷹鹰鹽盐龜龟僞伪廢废檸柠檬檬"
)
_FOLDED = str.maketrans(dict(zip(_TRADITIONAL[::2], _TRADITIONAL[1::2], strict=True)))


def fold(text: str) -> str:
    """In lower case, with simplified characters, and of the same length ("İ" alone would become two characters)."""
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = "".join(small if len(small := character.lower()) == 1 else character for character in text)
    return lowered if lowered.isascii() else lowered.translate(_FOLDED)


def pattern(written: str) -> re.Pattern[str]:
    """A regular expression for folded text. Its own characters are folded, and upper case in it would never match."""
    return re.compile(written.translate(_FOLDED))


_OTHER_LETTERS = re.compile("[\u0370-\u1dff\u2e80-\ufaff\U00020000-\U0003ffff]")


def has_other_letters(text: str) -> bool:
    """Whether there is anything in it but Latin, so that the patterns of other scripts need not be tried on English."""
    return not text.isascii() and _OTHER_LETTERS.search(text) is not None
