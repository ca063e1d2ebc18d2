"""Names of our own making that are hard to print, store or compare, each for a reason.

Of the kind of the Big List of Naughty Strings. A person may type or paste every one of them.
"""

# ruff: noqa: RUF001  # letters that look like others are the point

NAUGHTY = {
    # Written from right to left, some with figures or Latin words between.
    "arabic": "مدرسة المنارة",
    "arabic with all its vowels": "مَدْرَسَةُ ٱلْمَنَارَةِ",
    "hebrew": "בית ספר מגדלור",
    "hebrew with points": "בֵּית סֵפֶר",
    "persian": "مدرسه‌ی فانوس",
    "urdu": "مینار اسکول ٹھٹھہ",
    "syriac": "ܒܝܬ ܣܦܪܐ",
    "thaana": "ދިވެހި ސްކޫލް",
    "both ways": "Route 7, מסלול 7 (ב), at 12:30",
    # Marks that combine with the letter before.
    "many marks": "Z\u0324\u0308a\u0301\u0323l\u0302g\u0303o\u0304",
    "decomposed": "E\u0301cole Bri\u0300ghde",
    "vietnamese": "Trường Ệ Ẵ Ộ",
    "welsh": "Ysgol Tŷ Gŵyr",
    "gaelic": "Sgoil Naoimh Brìghde",
    "icelandic": "Þórðarskóli á Ströndum",
    "polish": "Szkoła Żółć",
    "turkish i": "İstanbul ılık IŞIK",
    "mark before any letter": "\u0301Acute first",
    # Other alphabets.
    "greek": "Σχολείο Φάρος ΐ ΰ",
    "cyrillic": "Школа Маяк Ђ ґ",
    "armenian": "Փարոս դպրոց",
    "georgian": "შუქურა სკოლა",
    "ethiopic": "የብርሃን ትምህርት ቤት",
    "cherokee": "ᏣᎳᎩ ᏧᏕᎶᏆᏍᏗ",
    # Letters that join, move and stack.
    "devanagari": "प्रकाश स्तम्भ विद्यालय क्षत्रिय",
    "bengali": "বাতিঘর বিদ্যালয় ক্ষ",
    "tamil": "கலங்கரை விளக்கம் ஶ்ரீ",
    "malayalam": "വിളക്കുമാടം ക്ഷ ൻ",
    "gurmukhi": "ਚਾਨਣ ਮੁਨਾਰਾ ਸਕੂਲ",
    "sinhala": "ප්‍රදීපාගාරය",
    "thai": "โรงเรียนประภาคาร น้ำใจ",
    "lao": "ໂຮງຮຽນ ປະພາຄານ",
    "khmer": "សាលារៀន ប៉មភ្លើង",
    "burmese": "မီးပြတိုက် ကျောင်း",
    "tibetan": "སློབ་གྲྭ་གློག་འོད",
    # Thousands of letters, some outside the first plane.
    "chinese": "灯塔学校",
    "chinese, traditional": "燈塔學校龍龜",
    "japanese": "とうだい学校 ガッコウ",
    "korean": "등대 학교",
    "korean in parts": "\u1112\u1161\u11ab\u1100\u116e\u11a8",
    "wide letters": "Ｓｃｈｏｏｌ　７",
    "rare hanzi": "𠮷野家 𡈽",
    # Pictures, alone and joined.
    "emoji": "Sunshine ☀ ★ ♥ School",
    "emoji in colour": "😀🐬🚀",
    "emoji joined": "👩\u200d👩\u200d👧\u200d👦 👩🏽\u200d🏫",
    "emoji flag": "🇬🇧 🏴\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f",
    "emoji keycap": "7\ufe0f\u20e3 route",
    "mathematical letters": "𝔖𝔠𝔥𝔬𝔬𝔩 𝟟",
    "signs": "½ ² № ™ ℃ ‰ → ≤ ∞ € ₿",
    # What has no shape of its own.
    "zero width": "Zero\u200bwidth\u200cnon\u200djoiner\ufeff",
    "soft hyphens": "Lighthouse\u00adschool",
    "right-to-left override": "Annex \u202egnp.loohcs\u202c end",
    "isolates": "\u2067מגדלור\u2069 and \u2066Beacon\u2069",
    "override left open": "Open \u202egnidne on",
    "spaces of all widths": "One\u00a0two\u2003three\u3000four\u2028five\u2029six",
    "controls": "Bell\x07 back\x08 escape\x1b[31m tab\t line\n end\x7f\x85",
    "not a character": "End \ufffe\uffff of \U0001fffe plane",
    # What means something to a program.
    "html": "<script>alert(1)</script> & <b>bold</b>",
    "entities": "&lt;&amp;&#x41;&nbsp; &copy",
    "template": "{{ report.trust }} {% include 'x' %} ${x} %s %(n)s",
    "quotes": "O'Brien's \"School\" `x` ‘y’ “z”",
    "formula": '=HYPERLINK("http://x","y")',
    "formula of old": "@SUM(1+1)*cmd|' /C calc'!A0",
    "minus": "-1+1",
    "css": "red;}*{display:none}/*",
    "path": "../../etc/passwd\\x",
    "nothing": "null",
    "bars": "One|Two|Three",
    # Of a length that no column was made for.
    "long without a space": "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch" * 2,
    "long": "School of the very many words that nobody will ever read to their end " * 2,
    "one letter": "I",
}
