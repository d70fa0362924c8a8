"""HTML pages for people.

    page.py        headings, figures, tables
    comparison.py  runs side by side
    study.py       the page on which people tell real from generated, blind
    review.py      the page on which people approve and reject
    people.py      what these two have in common, with people.css and people.js
    model_card.py  what a run says of itself, in Markdown
    demo.py        the page of `keras-gen demo`; demo_style.py and demo_products.py are parts of it

Each HTML page is one file: pictures are inlined, and nothing is loaded from the network.
"""
