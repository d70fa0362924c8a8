"""What the help of each command gives as examples."""

EXAMPLES = {
    "demo": ["keras-gen demo"],
    "train": [
        "keras-gen train dcgan --data fashion_mnist --run-dir runs/first",
        "keras-gen train --run-dir runs/first --resume",
        "keras-gen train dcgan --data photos/ --image-size 64 --channels 3 --epochs 50",
        "keras-gen train --recipe runs/first/recipe.json --dry-run",
        "keras-gen train dcgan --help",
    ],
    "generate": [
        "keras-gen generate dcgan --n 100",
        "keras-gen generate runs/first --n 100 --out samples.png",
        "keras-gen generate runs/first --n 5000 --npz samples.npz",
        'keras-gen generate conditional_gan --label bag "ankle boot" --n 20',
        "keras-gen generate conditional_gan --label shirt coat --mix",
        "keras-gen generate runs/product_gan-1 --kind mug --colour teal --angle 30",
        "keras-gen generate product_gan --kind chair --turntable --out chair.gif",
        "keras-gen generate dcgan --n 4 --out drawn/ --visible-label zh",
    ],
    "stylize": [
        "keras-gen stylize mug flow_field --size 256",
        "keras-gen stylize photo.jpg painting.jpg --out stylised.jpg --colours match",
        "keras-gen stylize mug flow_field wave_pattern --style-weights 0.7 0.3",
        "keras-gen stylize mug stained_glass --keep mug_logo_mask --save-every 20",
        "keras-gen stylize photo.jpg --model runs/fast_style-1",
        "keras-gen stylize photo.jpg flow_field --visible-label en",
    ],
    "restore": [
        "keras-gen restore photo.jpg --task jpeg",
        "keras-gen restore scratched.png --mask scratches.png",
        "keras-gen restore small-*.png --model runs/restorer-1 --task upscale",
    ],
    "cutout": ["keras-gen cutout mug", "keras-gen cutout photo-1.jpg photo-2.jpg --out cut/"],
    "recolour": [
        "keras-gen recolour mug-cutout.png --colour teal",
        "keras-gen recolour photo.jpg --mask cutout --colour teal",
        'keras-gen recolour photo.jpg --mask shoe.png --colour "#c23b22" --out red.jpg',
    ],
    "evaluate": [
        "keras-gen evaluate runs/first",
        "keras-gen evaluate runs/first --split train --n 5000",
    ],
    "compare": ["keras-gen compare runs/dcgan-1 runs/vae-1 --out comparison.html"],
    "study": ["keras-gen study runs/dcgan-1 runs/vae-1 --trials 40 --out study.html"],
    "study-results": ["keras-gen study-results answers-1.csv answers-2.csv"],
    "gate": ["keras-gen gate runs/dcgan-2 --against runs/dcgan-1"],
    "export": [
        "keras-gen export dcgan --format onnx",
        "keras-gen export runs/first --format litert --pixels float --out phone",
        "keras-gen export vae --format saved_model",
        "keras-gen export cutout --format onnx",
    ],
    "inspect": [
        "keras-gen inspect dcgan-seed-0.png",
        "keras-gen inspect stylised.jpg samples.npz",
    ],
    "review": [
        "keras-gen review dcgan --n 100 --checks",
        "keras-gen review samples/ --out second.html",
        "keras-gen review samples/ --n 59 --checks --run runs/first",
    ],
    "review-results": [
        "keras-gen review-results first.csv second.csv",
        "keras-gen review-results first.csv second.csv --images samples/ --apply approved/",
    ],
    "info": ["keras-gen info"],
}
